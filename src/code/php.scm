; The environment. https://www.php.net/getenv
((function_call_expression function: (name) @_getenv arguments: (arguments . (argument (_) @reads-env.name))) @reads-env
  (#eq? @_getenv "getenv") (#gate! "getenv"))
((subscript_expression (variable_name) @_env (_) @reads-env.name) @reads-env
  (#eq? @_env "$_ENV") (#gate! "_ENV"))
((binary_expression left: (function_call_expression function: (name) @_getenv arguments: (arguments . (argument (_) @reads-env.name))) operator: ["??" "||"] right: (_) @reads-env.default) @reads-env
  (#eq? @_getenv "getenv") (#gate! "getenv"))
((conditional_expression condition: (function_call_expression function: (name) @_getenv arguments: (arguments . (argument (_) @reads-env.name))) alternative: (_) @reads-env.default) @reads-env
  (#eq? @_getenv "getenv") (#not-match? @reads-env.default "^throw") (#gate! "getenv"))
((conditional_expression condition: (function_call_expression function: (name) @_getenv arguments: (arguments . (argument (_) @reads-env.name))) alternative: (throw_expression)) @reads-env
  (#eq? @_getenv "getenv") (#set! required) (#gate! "getenv"))
((binary_expression left: (subscript_expression (variable_name) @_env (_) @reads-env.name) operator: "??" right: (_) @reads-env.default) @reads-env
  (#eq? @_env "$_ENV") (#gate! "_ENV"))
((conditional_expression . (function_call_expression function: (name) @_getenv arguments: (arguments . (argument (_) @reads-env.name))) alternative: (_) @reads-env.default) @reads-env
  (#eq? @_getenv "getenv") (#not-match? @reads-env.default "throw") (#gate! "getenv"))
((subscript_expression (variable_name) @_server (string) @reads-env.name) @reads-env
  (#eq? @_server "$_SERVER") (#match? @reads-env.name "^.[A-Z]+(_[A-Z0-9]+)*_(HOST|URL|URI|DSN|KEY|SECRET|TOKEN|PASSWORD|USER)['\"]$") (#not-match? @reads-env.name "HTTP_|SERVER_|REMOTE_|REQUEST_|PHP_AUTH") (#gate! "_SERVER"))
((binary_expression left: (subscript_expression (variable_name) @_server (string) @reads-env.name) operator: "??" right: (_) @reads-env.default) @reads-env
  (#eq? @_server "$_SERVER") (#match? @reads-env.name "^.[A-Z]+(_[A-Z0-9]+)*_(HOST|URL|URI|DSN|KEY|SECRET|TOKEN|PASSWORD|USER)['\"]$") (#not-match? @reads-env.name "HTTP_|SERVER_|REMOTE_|REQUEST_|PHP_AUTH") (#gate! "_SERVER"))
; Laravel's env()
((function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @reads-env.name) . (argument (_) @reads-env.default)?)) @reads-env
  (#eq? @_env "env") (#gate! "\\benv\\("))

((scoped_call_expression scope: (_) @_dotenv name: (name) @_create) @loads-dotenv
  (#match? @_dotenv "Dotenv$") (#match? @_create "^create(Unsafe)?Mutable$") (#set! override) (#set! by "Dotenv::createMutable") (#gate! "Dotenv::create"))
((member_call_expression name: (name) @_overload) @loads-dotenv
  (#eq? @_overload "overload") (#set! override) (#set! by "Dotenv::overload") (#gate! "Dotenv"))

((member_call_expression object: (variable_name) @_dotenv name: (name) @_required arguments: (arguments . (argument (string) @reads-env.name))) @reads-env
  (#match? @_dotenv "dotenv") (#eq? @_required "required") (#set! required) (#gate! "dotenv"))
((member_call_expression object: (variable_name) @_dotenv name: (name) @_required arguments: (arguments . (argument (array_creation_expression (array_element_initializer (string) @reads-env.name)))))
  (#match? @_dotenv "dotenv") (#eq? @_required "required") (#set! required) (#gate! "dotenv"))

; Logs. https://github.com/Seldaek/monolog
((object_creation_expression (_) @_handler (arguments . (argument (_) @logs.file))) @logs
  (#match? @_handler "(RotatingFileHandler|StreamHandler)$") (#not-match? @logs.file "php://|STDERR|STDOUT|dev/std") (#set! sink "file") (#gate! "(RotatingFile|Stream)Handler"))
((object_creation_expression (_) @_handler (arguments . (argument (_) @_out))) @logs
  (#match? @_handler "StreamHandler$") (#match? @_out "php://std|STDERR|STDOUT|dev/std") (#set! sink "stdout") (#gate! "StreamHandler"))
((function_call_expression function: (name) @_log arguments: (arguments . (argument) . (argument (_) @_three) . (argument (_) @logs.file))) @logs
  (#eq? @_log "error_log") (#eq? @_three "3") (#set! sink "file") (#gate! "error_log"))

((function_call_expression function: (name) @_start) @session
  (#eq? @_start "session_start") (#set! store "files") (#set! by "session_start") (#gate! "session_start"))
((function_call_expression function: (name) @_ini arguments: (arguments . (argument (string) @_key) . (argument (_)))) @session
  (#eq? @_ini "ini_set") (#match? @_key "session\\.save_handler") (#set! store "shared") (#gate! "session\\.save_handler"))
((function_call_expression function: (name) @_set) @session
  (#eq? @_set "session_set_save_handler") (#set! store "shared") (#gate! "session_set_save_handler"))

((array_element_initializer (string) @_key (string) @_driver) @session
  (#match? @_key "^.driver.$") (#match? @_driver "^.(file|array).$") (#set! store "files") (#set! by "SESSION_DRIVER") (#file-has? "'lifetime'\\s*=>|SESSION_LIFETIME"))
((member_call_expression name: (name) @_move arguments: (arguments . (argument (_) @uploads.path) . (argument)?)) @uploads
  (#eq? @_move "move") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "move") (#file-has? "UploadedFile|getClientOriginal"))
((member_call_expression name: (name) @_move arguments: (arguments . (argument (_) @uploads.path))) @uploads
  (#eq? @_move "moveTo") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "moveTo") (#file-has? "getUploadedFiles|UploadedFileInterface"))
((function_call_expression function: (name) @_move arguments: (arguments . (argument) . (argument (_) @uploads.path))) @uploads
  (#eq? @_move "move_uploaded_file") (#set! by "move_uploaded_file") (#gate! "move_uploaded_file"))

((object_creation_expression (name) @_pdo (arguments . (argument (_) @connects.locator))) @connects
  (#any-of? @_pdo "PDO" "mysqli") (#gate! "PDO|mysqli"))
((function_call_expression function: (name) @_connect arguments: (arguments . (argument (_) @connects.locator))) @connects
  (#any-of? @_connect "mysqli_connect" "pg_connect" "mysql_connect") (#gate! "mysqli?_connect|pg_connect"))
((function_call_expression function: (name) @_define arguments: (arguments . (argument (string) @_key) . (argument (string) @connects.locator))) @connects
  (#eq? @_define "define") (#match? @_key "^.(DB_HOST|DB_SERVER|DATABASE_HOST|REDIS_HOST|MYSQL_HOST).$") (#gate! "define"))
((object_creation_expression (_) @_client (arguments . (argument (string) @connects.locator))) @connects
  (#match? @_client "(^|\\\\)(AMQPStreamConnection|AMQPSSLConnection|MongoDB\\\\Client|Client)$") (#gate! "AMQP|MongoDB"))
((scoped_call_expression scope: (_) @_client name: (name) @_create arguments: (arguments . (argument (string) @connects.locator))) @connects
  (#match? @_client "(DriverManager|RedisAdapter|Client)$") (#any-of? @_create "getConnection" "createConnection") (#gate! "getConnection|createConnection"))
((string . (string_content) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://[^ %]+$") (#set! kind "url") (#gate! "(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://"))
((encapsed_string . (string_content) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mongodb|rediss?|amqps?)://[^ %]+$") (#set! kind "url") (#gate! "(postgres(ql)?|mysql|mongodb|rediss?|amqps?)://"))
((member_call_expression object: (variable_name) @_redis name: (name) @_connect arguments: (arguments . (argument (_) @connects.locator))) @connects
  (#match? @_redis "(?i)redis|memcache") (#any-of? @_connect "connect" "pconnect" "addServer") (#gate! "(?i)redis|memcache"))
((array_element_initializer (string) @_host [(string) (function_call_expression)] @connects.locator) @connects
  (#match? @_host "^.host.$") (#file-has? "['\"]driver['\"]\\s*=>\\s*['\"](mysql|pgsql|sqlsrv|mariadb|redis)"))
((array_element_initializer (string) @_key (function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @_name) . (argument (string) @_default)))) @session
  (#match? @_key "^.driver.$") (#eq? @_env "env") (#match? @_name "^.SESSION_DRIVER.$") (#match? @_default "^.(file|array).$") (#set! store "files") (#set! by "SESSION_DRIVER") (#set! variable "SESSION_DRIVER") (#gate! "SESSION_DRIVER"))
((array_element_initializer (string) @_key (function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @_name) . (argument (string) @uploads.path)))) @uploads
  (#match? @_key "^.default.$") (#eq? @_env "env") (#match? @_name "^.FILESYSTEM_(DISK|DRIVER).$") (#match? @uploads.path "^.(local|public).$") (#set! by "FILESYSTEM_DISK") (#set! variable "FILESYSTEM_DISK") (#gate! "FILESYSTEM_D"))
((array_element_initializer (string) @_key (function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @_name) . (argument (string) @_default)))) @logs
  (#match? @_key "^.default.$") (#eq? @_env "env") (#match? @_name "^.LOG_CHANNEL.$") (#match? @_default "^.(single|daily).$") (#set! sink "file") (#set! variable "LOG_CHANNEL") (#gate! "LOG_CHANNEL"))
((array_element_initializer (string) @_key (function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @_name) . (argument (string) @_default)))) @embeds
  (#match? @_key "^.default.$") (#eq? @_env "env") (#match? @_name "^.DB_CONNECTION.$") (#match? @_default "^.sqlite.$") (#set! kind "SQLite") (#set! variable "DB_CONNECTION") (#gate! "DB_CONNECTION"))
; Migrations when the code starts
((scoped_call_expression scope: (name) @_artisan name: (name) @_call arguments: (arguments . (argument (string) @_migrate))) @migrates
  (#eq? @_artisan "Artisan") (#eq? @_call "call") (#match? @_migrate "^.migrate") (#set! by "artisan migrate") (#gate! "Artisan"))
((scoped_call_expression scope: (name) @_job name: (name) @_dispatch) @enqueues
  (#match? @_job "^[A-Z]") (#eq? @_dispatch "dispatch") (#set! by "laravel") (#file-has? "App.Jobs"))
((encapsed_string) @embeds.path (#match? @embeds.path "^.sqlite:") (#set! kind "SQLite") (#gate! "sqlite:"))
((string) @embeds.path (#match? @embeds.path "^.sqlite:") (#set! kind "SQLite") (#gate! "sqlite:"))

((function_call_expression function: (name) @_signal arguments: (arguments . (argument (_) @handles-signal.signal))) @handles-signal
  (#eq? @_signal "pcntl_signal") (#gate! "pcntl_signal"))

((function_call_expression function: (name) @_exec arguments: (arguments . (argument [(string) (encapsed_string)] @runs-command.name))) @runs-command
  (#any-of? @_exec "exec" "shell_exec" "system" "passthru" "proc_open" "popen") (#gate! "exec|system|passthru|proc_open|popen"))
((object_creation_expression (_) @_process (arguments . (argument (array_creation_expression . (array_element_initializer (string) @runs-command.name))))) @runs-command
  (#match? @_process "(^|\\\\)Process$") (#gate! "Process"))

((member_call_expression name: (name) @_consume arguments: (arguments . (argument) . (argument) . (argument) . (argument (boolean) @_ack))) @auto-acks
  (#eq? @_consume "basic_consume") (#match? @_ack "(?i)^true$") (#set! by "no_ack") (#gate! "basic_consume"))

((string) @reads-file (#match? @reads-file "^./run/secrets") (#gate! "/run/secrets"))
; Comparisons with the name of an environment
((binary_expression left: (_) @compares.name operator: ["===" "==" "!==" "!="] right: (string) @compares.value) @compares (#file-has? "(APP|DEPLOY|RUN|NODE|GO|DJANGO|FLASK|RAILS|RACK)_?ENV|ENVIRONMENT|APP_STAGE|\\bSTAGE\\b|\\bENV\\b"))

; Logs over the network
((object_creation_expression (_) @logs.name) @logs
  (#match? @logs.name "(^|\\\\)(GelfHandler|SyslogUdpHandler|SocketHandler|ElasticsearchHandler|ElasticaHandler|LogglyHandler|FluentdHandler|LogstashHandler)$") (#set! sink "network") (#gate! "Handler"))

((function_call_expression function: (name) @calls.function arguments: (arguments . (argument (string) @calls.name) . (argument (_) @calls.default)?)) @calls (#gate! "."))
((member_call_expression name: (name) @calls.function arguments: (arguments . (argument (string) @calls.name) . (argument (_) @calls.default)?)) @calls (#gate! "."))
((assignment_expression left: (variable_name) @defines.name right: (_) @defines.value) (#gate! "."))

; https://laravel.com/docs/processes, https://symfony.com/doc/current/components/process.html
((scoped_call_expression scope: (_) @_process name: (name) @_run arguments: (arguments . (argument [(string) (encapsed_string)] @runs-command.name))) @runs-command
  (#match? @_process "(^|\\\\)Process$") (#any-of? @_run "run" "start" "fromShellCommandline") (#gate! "Process"))

; Files of a request that are kept
((member_call_expression name: (name) @_move arguments: (arguments . (argument (_) @uploads.path))) @uploads
  (#eq? @_move "move") (#match? @uploads.path "(?i)upload|media|avatar|images?/|FCPATH|WRITEPATH|public_path") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "move") (#file-has? "->file\\(|files->get|getFile\\(|getUploadedFile|\\$request->"))
((function_call_expression function: (name) @_copy arguments: (arguments . (argument (_) @_uploaded) . (argument (_) @uploads.path))) @uploads
  (#any-of? @_copy "copy" "rename") (#match? @_uploaded "\\$_FILES") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "copy") (#gate! "\\$_FILES"))
; A log that is written by hand
((function_call_expression function: (name) @_put arguments: (arguments . (argument (_) @logs.file) . (argument) . (argument (_) @_flags))) @logs
  (#eq? @_put "file_put_contents") (#match? @_flags "FILE_APPEND") (#match? @logs.file "(?i)\\.log['\"]|_log\\b|log_?file|debugLog|logPath") (#set! sink "file") (#gate! "FILE_APPEND"))

; The URL of another service of the app: its host has no dot.
((string (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
((encapsed_string . (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))

; Laravel's default: a stack of one file
((array_element_initializer (string) @_key (function_call_expression function: (name) @_env arguments: (arguments . (argument (string) @_name) . (argument (string) @_default)))) @logs
  (#match? @_key "^.default.$") (#eq? @_env "env") (#match? @_name "^.LOG_CHANNEL.$") (#match? @_default "^.stack.$") (#set! sink "file") (#set! variable "LOG_CHANNEL")
  (#file-has? "['\"]channels['\"]\\s*=>\\s*(\\[\\s*['\"](single|daily)['\"]\\s*,?\\s*\\]|explode\\([^\\n]*env\\(['\"]LOG_STACK['\"],\\s*['\"](single|daily)['\"]\\))"))
