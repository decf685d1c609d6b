; The environment. https://pkg.go.dev/os#Getenv
((call_expression function: (selector_expression operand: (identifier) @_os field: (field_identifier) @_get) arguments: (argument_list . (_) @reads-env.name)) @reads-env
  (#any-of? @_os "os" "syscall") (#any-of? @_get "Getenv" "LookupEnv") (#gate! "Getenv|LookupEnv"))
((binary_expression left: (identifier) @requires.name operator: "==" right: (interpreted_string_literal) @_empty) @requires
  (#eq? @_empty "\"\"") (#gate! "Fatal|panic|Panic|Exit|Errorf|errors\\.New"))
; `if _, ok := os.LookupEnv("X"); !ok { log.Fatal(…) }`, and the two of them on lines of their own
((if_statement initializer: (short_var_declaration left: (expression_list (identifier) . (identifier) @_ok) right: (expression_list (call_expression function: (_) @_lookup arguments: (argument_list . (interpreted_string_literal) @reads-env.name)) @reads-env)) condition: (unary_expression operand: (identifier) @_ok2) consequence: (_) @_body)
  (#eq? @_lookup "os.LookupEnv") (#eq? @_ok @_ok2) (#match? @_body "Fatal|panic|Panic|os\\.Exit|errors\\.New|Errorf") (#set! required) (#gate! "LookupEnv"))
((statement_list (short_var_declaration left: (expression_list (identifier) . (identifier) @_ok) right: (expression_list (call_expression function: (_) @_lookup arguments: (argument_list . (interpreted_string_literal) @reads-env.name)) @reads-env)) . (if_statement condition: (unary_expression operand: (identifier) @_ok2) consequence: (_) @_body))
  (#eq? @_lookup "os.LookupEnv") (#eq? @_ok @_ok2) (#match? @_body "Fatal|panic|Panic|os\\.Exit|errors\\.New|Errorf") (#set! required) (#gate! "LookupEnv"))
((statement_list (short_var_declaration left: (expression_list . (identifier) @_name) right: (expression_list (call_expression function: (_) @_get arguments: (argument_list . (interpreted_string_literal) @reads-env.name)) @reads-env)) . (if_statement condition: (binary_expression left: (identifier) @_name2) consequence: (block (statement_list . (assignment_statement left: (expression_list (identifier) @_name3) right: (expression_list (_) @reads-env.default))))))
  (#eq? @_get "os.Getenv") (#eq? @_name @_name2) (#eq? @_name @_name3) (#gate! "Getenv"))
((call_expression function: (_) @_or arguments: (argument_list . (call_expression function: (_) @_get arguments: (argument_list . (interpreted_string_literal) @reads-env.name)) . (_) @reads-env.default)) @reads-env
  (#eq? @_or "cmp.Or") (#eq? @_get "os.Getenv") (#gate! "cmp\\.Or"))
; Viper
((call_expression function: (selector_expression operand: (_) @_viper field: (field_identifier) @_set) arguments: (argument_list . (interpreted_string_literal) @reads-env.name . (_) @reads-env.default)) @reads-env
  (#match? @_viper "^(viper|v)$") (#eq? @_set "SetDefault") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#file-has? "AutomaticEnv|BindEnv"))
((call_expression function: (selector_expression operand: (_) @_viper field: (field_identifier) @_get) arguments: (argument_list . (interpreted_string_literal) @reads-env.name)) @reads-env
  (#match? @_viper "^(viper|v)$") (#match? @_get "^Get(String|Int|Bool|Duration)?$") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#file-has? "AutomaticEnv|BindEnv"))
; caarlos0/env, kelseyhightower/envconfig, sethvargo/go-envconfig: `env:"PORT,required"`
((field_declaration name: (field_identifier) tag: (raw_string_literal (raw_string_literal_content) @reads-env.name) @reads-env)
  (#match? @reads-env.name "\\benv(config)?:\"") (#set! fields) (#gate! "`[^`]*\\benv(config)?:"))

; net/http, Gin, Echo, Fiber, gRPC
((call_expression function: (selector_expression field: (field_identifier) @_listen) arguments: (argument_list . (_) @listens.port)) @listens
  (#any-of? @_listen "ListenAndServe" "ListenAndServeTLS") (#not-eq? @listens.port "nil") (#gate! "ListenAndServe"))
((call_expression function: (selector_expression operand: (identifier) @_net field: (field_identifier) @_listen) arguments: (argument_list . (interpreted_string_literal) @_tcp . (_) @listens.port)) @listens
  (#eq? @_net "net") (#eq? @_listen "Listen") (#match? @_tcp "tcp") (#gate! "net\\.Listen"))
((call_expression function: (selector_expression operand: (identifier) @_net field: (field_identifier) @_listen) arguments: (argument_list . (interpreted_string_literal) @_unix . (_) @listens.path)) @listens
  (#eq? @_net "net") (#eq? @_listen "Listen") (#match? @_unix "unix") (#gate! "net\\.Listen"))
((call_expression function: (selector_expression operand: (identifier) @_router field: (field_identifier) @_run) arguments: (argument_list . (_) @listens.port)) @listens
  (#match? @_router "^(r|router|engine|g|app|e|server|api|srv)$") (#any-of? @_run "Run" "Start" "Listen") (#match? @listens.port "^\"[^\"]*:[0-9]+\"|[aA]ddr|[pP]ort|:") (#file-has? "gin|echo|fiber"))
((keyed_element key: (literal_element (identifier) @_addr) value: (literal_element (_) @listens.port)) @listens
  (#eq? @_addr "Addr") (#match? @listens.port ":[0-9]+\"$") (#file-has? "http\\.Server"))

; Logs: the standard library, lumberjack, zap, logrus
((call_expression function: (selector_expression operand: (_) @_log field: (field_identifier) @_set) arguments: (argument_list . (identifier) @logs.file)) @logs
  (#match? @_log "^(log|logrus|logger|log\\.StandardLogger\\(\\)|l)$") (#any-of? @_set "SetOutput") (#match? @logs.file "(?i)file|^f$") (#set! sink "file") (#gate! "SetOutput"))
((composite_literal type: (qualified_type package: (package_identifier) @_lumberjack) body: (literal_value (keyed_element key: (literal_element (identifier) @_filename) value: (literal_element (_) @logs.file)))) @logs
  (#eq? @_lumberjack "lumberjack") (#eq? @_filename "Filename") (#set! sink "file") (#gate! "lumberjack"))
((assignment_statement left: (expression_list (selector_expression field: (field_identifier) @_paths)) right: (expression_list (composite_literal body: (literal_value (literal_element (interpreted_string_literal) @logs.file))))) @logs
  (#eq? @_paths "OutputPaths") (#not-match? @logs.file "std(out|err)") (#set! sink "file") (#gate! "OutputPaths"))
((keyed_element key: (literal_element (identifier) @_paths) value: (literal_element (composite_literal body: (literal_value (literal_element (interpreted_string_literal) @logs.file))))) @logs
  (#eq? @_paths "OutputPaths") (#not-match? @logs.file "std(out|err)") (#set! sink "file") (#gate! "OutputPaths"))
((call_expression function: (selector_expression operand: (identifier) @_log field: (field_identifier) @_new) arguments: (argument_list . (identifier) @logs.file)) @logs
  (#any-of? @_log "log" "slog" "zerolog") (#any-of? @_new "New" "NewJSONHandler" "NewTextHandler") (#match? @logs.file "(?i)file|^f$") (#set! sink "file") (#gate! "(log|slog|zerolog)\\.New"))
((assignment_statement left: (expression_list (selector_expression operand: (identifier) @_gin field: (field_identifier) @_writer)) right: (expression_list (_) @logs.file)) @logs
  (#eq? @_gin "gin") (#eq? @_writer "DefaultWriter") (#match? @logs.file "(?i)\\bf\\b|file") (#not-match? @logs.file "Stdout") (#set! sink "file") (#gate! "DefaultWriter"))
((keyed_element key: (literal_element (identifier) @_output) value: (literal_element (identifier) @logs.file)) @logs
  (#any-of? @_output "Output" "Stream") (#match? @logs.file "(?i)file|^f$") (#set! sink "file") (#file-has? "logger\\.(Config|New)|LoggerConfig"))
((selector_expression operand: (identifier) @_os field: (field_identifier) @_std) @logs
  (#eq? @_os "os") (#any-of? @_std "Stdout" "Stderr") (#set! sink "stdout") (#gate! "os\\.Std(out|err)"))

((keyed_element key: (literal_element (identifier) @_paths) value: (literal_element (composite_literal body: (literal_value (literal_element (interpreted_string_literal) @_std))))) @logs
  (#eq? @_paths "OutputPaths") (#match? @_std "std(out|err)") (#set! sink "stdout") (#gate! "OutputPaths"))
((assignment_statement left: (expression_list (selector_expression field: (field_identifier) @_paths)) right: (expression_list (composite_literal body: (literal_value (literal_element (interpreted_string_literal) @_std))))) @logs
  (#eq? @_paths "OutputPaths") (#match? @_std "std(out|err)") (#set! sink "stdout") (#gate! "OutputPaths"))

; Sessions. https://pkg.go.dev/github.com/gorilla/sessions
((call_expression function: (selector_expression operand: (identifier) @_sessions field: (field_identifier) @_new)) @session
  (#eq? @_sessions "sessions") (#eq? @_new "NewFilesystemStore") (#set! store "files") (#set! by "NewFilesystemStore") (#gate! "NewFilesystemStore"))
((call_expression function: (selector_expression operand: (identifier) @_memstore field: (field_identifier) @_new)) @session
  (#eq? @_memstore "memstore") (#any-of? @_new "NewStore" "New" "NewMemStore" "NewWithCleanupInterval") (#set! store "memory") (#set! by "memstore") (#gate! "memstore"))
((call_expression function: (selector_expression operand: (identifier) @_session field: (field_identifier) @_new) arguments: (argument_list) @_args) @session
  (#eq? @_session "session") (#eq? @_new "New") (#eq? @_args "()") (#set! store "memory") (#set! by "fiber session") (#file-has? "fiber/v[0-9]+/middleware/session"))

((call_expression function: (selector_expression operand: (identifier) @_session field: (field_identifier) @_new) arguments: (argument_list . (composite_literal body: (literal_value) @_keys))) @session
  (#eq? @_session "session") (#eq? @_new "New") (#lacks-key? @_keys "Storage") (#set! store "memory") (#set! by "fiber session") (#file-has? "fiber/v[0-9]+/middleware/session"))
((call_expression function: (selector_expression operand: (identifier) @_scs field: (field_identifier) @_new)) @session
  (#eq? @_scs "scs") (#any-of? @_new "New" "NewSession") (#set! store "memory") (#set! by "scs") (#file-has? "alexedwards/scs"))
((assignment_statement left: (expression_list (selector_expression field: (field_identifier) @_store)) right: (expression_list (call_expression function: (_) @_new))) @session
  (#eq? @_store "Store") (#match? @_new "^(redisstore|postgresstore|mysqlstore|goredisstore|pgxstore|gormstore|mongodbstore)\\.") (#set! store "shared") (#gate! "store\\.New"))

; Uploads
((call_expression function: (selector_expression operand: (identifier) @_context field: (field_identifier) @_save)) @uploads
  (#any-of? @_save "SaveUploadedFile" "SaveFile") (#any-of? @_context "c" "ctx" "context" "g") (#set! by "SaveUploadedFile") (#gate! "SaveUploadedFile|SaveFile\\("))

((call_expression function: (selector_expression operand: (identifier) @_os field: (field_identifier) @_create) arguments: (argument_list . (_) @uploads.path)) @uploads
  (#eq? @_os "os") (#eq? @_create "Create") (#match? @uploads.path "(?i)upload|media/|avatar|\\.Filename") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "os.Create") (#file-has? "FormFile|multipart"))

((call_expression function: (selector_expression operand: (identifier) @_os field: (field_identifier) @_open) arguments: (argument_list . (_) @uploads.path)) @uploads
  (#any-of? @_os "os" "ioutil") (#any-of? @_open "OpenFile" "WriteFile") (#match? @uploads.path "(?i)uploads?/|\\.Filename|uploadDir|uploadPath") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "os.OpenFile") (#file-has? "FormFile|multipart"))

; Clients
((composite_literal type: (qualified_type package: (package_identifier) @_package) body: (literal_value (keyed_element key: (literal_element (identifier) @_key) value: (literal_element (_) @connects.locator)))) @connects
  (#any-of? @_package "kafka" "elasticsearch" "mysql" "asynq" "opensearch" "clickhouse" "pg" "valkey") (#any-of? @_key "Brokers" "Addresses" "Addr" "Broker") (#gate! "(kafka|elasticsearch|mysql|asynq|opensearch|clickhouse|pg)\\."))
((call_expression function: (_) @_client arguments: (argument_list . [(interpreted_string_literal) (composite_literal) (identifier)] @connects.locator)) @connects
  (#any-of? @_client "memcache.New" "minio.New" "gocql.NewCluster" "sarama.NewSyncProducer" "sarama.NewAsyncProducer" "sarama.NewConsumer" "sarama.NewConsumerGroup" "sarama.NewClient" "kgo.SeedBrokers" "smtp.Dial" "smtp.SendMail" "kafka.TCP")
  (#not-match? @connects.locator "://") (#gate! "memcache\\.New|minio\\.New|gocql|sarama|kgo\\.|smtp\\.|kafka\\.TCP"))
; The URL of a backing service that is given to anything.
((interpreted_string_literal . (interpreted_string_literal_content) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://[^ %]+$") (#set! kind "url") (#gate! "\"(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://"))
((call_expression function: (selector_expression operand: (identifier) @_sql field: (field_identifier) @_open) arguments: (argument_list . (_) @_driver . (_) @connects.locator)) @connects
  (#any-of? @_sql "sql" "sqlx" "otelsql" "gorm") (#any-of? @_open "Open" "Connect" "MustConnect" "ConnectContext") (#not-match? @_driver "sqlite") (#gate! "sqlx?\\.(Open|Connect|MustConnect)|gorm\\.Open"))
((call_expression function: (selector_expression operand: (identifier) @_driver field: (field_identifier) @_open) arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_driver "postgres" "mysql" "amqp" "mgo" "nats" "redis" "sqlserver" "amqp091" "pgx" "pgxpool") (#any-of? @_open "Open" "Dial" "Connect" "ParseURL" "DialURL") (#not-match? @connects.locator "^\"(tcp|unix)\"$") (#gate! "(postgres|mysql|amqp|mgo|nats|redis|sqlserver|amqp091|pgx|pgxpool)\\.(Open|Dial|Connect|ParseURL|DialURL)"))
((call_expression function: (selector_expression field: (field_identifier) @_apply) arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_apply "ApplyURI") (#gate! "ApplyURI"))
((composite_literal type: (qualified_type package: (package_identifier) @_redis name: (type_identifier) @_options) body: (literal_value (keyed_element key: (literal_element (identifier) @_addr) value: (literal_element (_) @connects.locator)))) @connects
  (#eq? @_redis "redis") (#any-of? @_options "Options" "UniversalOptions") (#any-of? @_addr "Addr" "Addrs") (#gate! "redis\\.(Options|UniversalOptions)"))
((call_expression function: (selector_expression operand: (identifier) @_redis field: (field_identifier) @_dial) arguments: (argument_list . (interpreted_string_literal) . (_) @connects.locator)) @connects
  (#eq? @_redis "redis") (#eq? @_dial "Dial") (#gate! "redis\\.Dial"))

; Datastores inside the process
((call_expression function: (selector_expression operand: (identifier) @_sqlite field: (field_identifier) @_open) arguments: (argument_list . (_) @embeds.path)) @embeds
  (#eq? @_sqlite "sqlite") (#eq? @_open "Open") (#set! kind "SQLite") (#gate! "sqlite\\.Open"))
((call_expression function: (selector_expression operand: (identifier) @_sql field: (field_identifier) @_open) arguments: (argument_list . (interpreted_string_literal) @_driver . (_) @embeds.path)) @embeds
  (#any-of? @_sql "sql" "sqlx" "gorm") (#any-of? @_open "Open" "Connect" "MustConnect") (#match? @_driver "sqlite") (#set! kind "SQLite") (#gate! "sqlite"))
((call_expression function: (selector_expression operand: (identifier) @_bolt field: (field_identifier) @_open) arguments: (argument_list . (_) @embeds.path)) @embeds
  (#any-of? @_bolt "bolt" "bbolt") (#eq? @_open "Open") (#set! kind "bbolt") (#gate! "bolt\\.Open"))
((call_expression function: (selector_expression operand: (identifier) @_level field: (field_identifier) @_open) arguments: (argument_list . (_) @embeds.path)) @embeds
  (#any-of? @_level "leveldb") (#eq? @_open "OpenFile") (#set! kind "LevelDB") (#gate! "leveldb\\.OpenFile"))

((call_expression function: (_) @_open arguments: (argument_list . (_) @embeds.path)) @embeds
  (#any-of? @_open "buntdb.Open" "badger.Open" "badger.DefaultOptions" "pebble.Open") (#not-match? @embeds.path "^badger\\.") (#set! kind "LevelDB") (#gate! "buntdb|badger|pebble"))

; Schedulers. https://pkg.go.dev/github.com/robfig/cron/v3
((call_expression function: (selector_expression operand: (identifier) @_cron field: (field_identifier) @_new)) @schedules
  (#eq? @_cron "cron") (#any-of? @_new "New" "NewWithLocation") (#set! by "robfig/cron") (#file-has? "robfig/cron"))
((call_expression function: (selector_expression operand: (identifier) @_gocron field: (field_identifier) @_new) arguments: (argument_list)) @schedules
  (#eq? @_gocron "gocron") (#match? @_new "^NewScheduler$") (#set! by "gocron") (#gate! "gocron"))
((call_expression function: (selector_expression field: (field_identifier) @elects.name)) @elects
  (#any-of? @elects.name "WithDistributedLocker" "WithDistributedElector" "RunOrDie" "TryLock" "NewElection" "Campaign") (#gate! "WithDistributed|RunOrDie|TryLock|NewElection|Campaign"))

((selector_expression operand: (identifier) @_package field: (field_identifier) @handles-signal.signal) @handles-signal
  (#any-of? @_package "syscall" "unix") (#any-of? @handles-signal.signal "SIGTERM" "SIGINT") (#gate! "SIG(TERM|INT)"))

((call_expression function: (selector_expression operand: (identifier) @_exec field: (field_identifier) @_command) arguments: (argument_list . (_)? @_context . (interpreted_string_literal) @runs-command.name)) @runs-command
  (#eq? @_exec "exec") (#eq? @_command "CommandContext") (#gate! "exec\\.Command"))
((call_expression function: (selector_expression operand: (identifier) @_exec field: (field_identifier) @_command) arguments: (argument_list . (interpreted_string_literal) @runs-command.name)) @runs-command
  (#eq? @_exec "exec") (#eq? @_command "Command") (#gate! "exec\\.Command"))
((call_expression function: (selector_expression operand: (identifier) @_exec field: (field_identifier) @_look) arguments: (argument_list . (interpreted_string_literal) @looks-for-command.name)) @looks-for-command
  (#eq? @_exec "exec") (#eq? @_look "LookPath") (#gate! "LookPath"))

; Migrations when the code starts: golang-migrate, goose
((call_expression function: (selector_expression operand: (identifier) @_m field: (field_identifier) @_up) arguments: (argument_list) @_none) @migrates
  (#match? @_m "^(m|mg|migration|migrator|migrate)$") (#eq? @_up "Up") (#eq? @_none "()") (#set! by "migrate.Up") (#file-has? "golang-migrate"))
((call_expression function: [(identifier) @_run (selector_expression field: (field_identifier) @_run)]) @migrates
  (#any-of? @_run "Migrate" "RunMigrations" "runMigrations" "RunMigration" "ApplyMigrations" "MigrateDatabase" "MigrateDB" "MigrateUp" "migrateUp") (#set! by "Migrate") (#set! own) (#gate! "Migrate|runMigrations|migrateUp"))
((call_expression function: (selector_expression operand: (identifier) @_goose field: (field_identifier) @_up)) @migrates
  (#eq? @_goose "goose") (#any-of? @_up "Up" "UpContext") (#set! by "goose.Up") (#gate! "goose\\.Up"))
((call_expression function: (selector_expression field: (field_identifier) @_sync)) @syncs-schema
  (#any-of? @_sync "Sync2") (#set! by "Sync2") (#file-has? "xorm"))
((call_expression function: (selector_expression operand: (selector_expression field: (field_identifier) @_schema) field: (field_identifier) @_create)) @syncs-schema
  (#eq? @_schema "Schema") (#eq? @_create "Create") (#set! by "Schema.Create") (#file-has? "/ent\"|entgo"))
((call_expression function: (selector_expression field: (field_identifier) @_migrate)) @syncs-schema
  (#eq? @_migrate "AutoMigrate") (#not-match? @syncs-schema "AutoMigrate\\(\\)$") (#set! by "AutoMigrate") (#gate! "AutoMigrate"))

; https://pkg.go.dev/github.com/rabbitmq/amqp091-go#Channel.Consume
((call_expression function: (selector_expression field: (field_identifier) @_consume) arguments: (argument_list . (_) . (_) . (true) . (_) . (_) . (_) . (_))) @auto-acks
  (#eq? @_consume "Consume") (#set! by "autoAck") (#gate! "\\.Consume\\("))

((keyed_element key: (literal_element (identifier) @_ack) value: (literal_element (true))) @auto-acks
  (#eq? @_ack "NoAck") (#set! by "NoAck") (#gate! "NoAck"))
; The sockets of one task, to which all messages go.
((field_declaration name: (field_identifier) @_clients type: (map_type) @_type) @realtime
  (#match? @_clients "^(clients|connections|conns|rooms|subscribers)$") (#match? @_type "\\[\\*?(\\w+\\.)?(Client|Conn|Connection)\\]|\\*websocket\\.Conn") (#set! by "websocket") (#file-has? "websocket[^\\x00]*for [^\n]*range|for [^\n]*range[^\\x00]*websocket|broadcast"))
((var_spec name: (identifier) @_clients value: (expression_list (call_expression arguments: (argument_list . (map_type) @_type)))) @realtime
  (#match? @_clients "^(clients|connections|conns|hub)$") (#match? @_type "\\*websocket\\.Conn") (#set! by "websocket") (#gate! "websocket\\.Conn"))

((call_expression function: (selector_expression operand: (identifier) @_godotenv field: (field_identifier) @_load)) @loads-dotenv
  (#eq? @_godotenv "godotenv") (#eq? @_load "Overload") (#set! override) (#set! by "godotenv.Overload") (#gate! "godotenv"))
((call_expression function: (selector_expression operand: (identifier) @_godotenv field: (field_identifier) @_load)) @loads-dotenv
  (#eq? @_godotenv "godotenv") (#eq? @_load "Load") (#gate! "godotenv"))

((interpreted_string_literal) @reads-file
  (#match? @reads-file "^\"/run/secrets") (#gate! "/run/secrets"))

; Comparisons with the name of an environment
((binary_expression left: (_) @compares.name operator: ["==" "!="] right: (interpreted_string_literal) @compares.value) @compares (#file-has? "(APP|DEPLOY|RUN|NODE|GO|DJANGO|FLASK|RAILS|RACK)_?ENV|ENVIRONMENT|APP_STAGE|\\bSTAGE\\b|\\bENV\\b"))
((expression_switch_statement value: (_) @compares.name (expression_case value: (expression_list (interpreted_string_literal) @compares.value)) @compares) (#file-has? "switch"))

; Collections of the package, changed by requests
((source_file (var_declaration (var_spec name: (identifier) @keeps.name value: (expression_list [(composite_literal type: (map_type)) (call_expression arguments: (argument_list . (map_type)))])) @keeps)) (#file-has? "ResponseWriter|gin\\.Context|echo\\.Context|fiber\\.Ctx"))
((assignment_statement left: (expression_list (index_expression operand: (identifier) @remembers.name))) @remembers (#file-has? "ResponseWriter|gin\\.Context|echo\\.Context|fiber\\.Ctx"))

; Logs over the network
((call_expression function: (selector_expression operand: (identifier) @_syslog field: (field_identifier) @_dial) @logs.name) @logs
  (#eq? @_syslog "syslog") (#any-of? @_dial "Dial" "New") (#set! sink "network") (#gate! "syslog\\."))
((call_expression function: (selector_expression operand: (identifier) @_package) @logs.name) @logs
  (#any-of? @_package "logrustash" "graylog" "gelf") (#match? @logs.name "New") (#set! sink "network") (#gate! "logrustash|graylog|gelf"))

((call_expression function: (identifier) @calls.function arguments: (argument_list . (interpreted_string_literal) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((call_expression function: (selector_expression field: (field_identifier) @calls.function) arguments: (argument_list . (interpreted_string_literal) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((call_expression function: (identifier) @calls.function arguments: (argument_list . (unary_expression) . (interpreted_string_literal) @calls.name)) @calls (#gate! "."))
((short_var_declaration left: (expression_list . (identifier) @defines.name) right: (expression_list . (_) @defines.value)) (#gate! "."))
((var_spec name: (identifier) @defines.name value: (expression_list . (_) @defines.value)) (#gate! "."))
((const_spec name: (identifier) @defines.name value: (expression_list . (_) @defines.value)) (#gate! "."))
((assignment_statement left: (expression_list . (identifier) @defines.name) right: (expression_list . (_) @defines.value)) (#gate! "."))

; A file that logs go to
((call_expression function: (selector_expression operand: (identifier) @_os field: (field_identifier) @_open) arguments: (argument_list . (interpreted_string_literal) @logs.file)) @logs
  (#eq? @_os "os") (#any-of? @_open "Create" "OpenFile") (#match? @logs.file "\\.log\"$") (#set! sink "file") (#gate! "\\.log\""))

; The address of another service of the app.
((call_expression function: (selector_expression operand: (identifier) @_grpc field: (field_identifier) @_dial) arguments: (argument_list . (interpreted_string_literal (interpreted_string_literal_content) @connects.locator))) @connects
  (#eq? @_grpc "grpc") (#any-of? @_dial "Dial" "DialContext" "NewClient") (#match? @connects.locator "^[A-Za-z][A-Za-z0-9_-]*:[0-9]+$") (#set! kind "http") (#gate! "grpc\\."))
((call_expression function: (selector_expression operand: (identifier) @_rpc field: (field_identifier) @_dial) arguments: (argument_list . (_) . (interpreted_string_literal (interpreted_string_literal_content) @connects.locator))) @connects
  (#any-of? @_rpc "rpc" "net" "jsonrpc") (#any-of? @_dial "Dial" "DialHTTP" "DialTimeout") (#match? @connects.locator "^[A-Za-z][A-Za-z0-9_-]*:[0-9]+$") (#set! kind "http") (#gate! "(rpc|net)\\.Dial"))
; The URL of another service of the app: its host has no dot.
((interpreted_string_literal (interpreted_string_literal_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
