; The environment. https://nodejs.org/api/process.html#processenv

((member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name) @reads-env
  (#any-of? @_process "process" "Bun") (#eq? @_env "env") (#gate! "\\benv\\b"))
((call_expression function: (member_expression object: (member_expression object: (identifier) @_deno property: (property_identifier) @_env) property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name)) @reads-env
  (#eq? @_deno "Deno") (#eq? @_env "env") (#eq? @_get "get") (#gate! "Deno\\.env"))
((subscript_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) index: (_) @reads-env.name) @reads-env
  (#any-of? @_process "process" "Bun") (#eq? @_env "env") (#gate! "\\benv\\b"))
((assignment_expression left: (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name) @reads-env)
  (#eq? @_process "process") (#eq? @_env "env") (#set! optional) (#gate! "\\benv\\b"))
((binary_expression left: (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name) operator: ["||" "??"] right: (_) @reads-env.default) @reads-env
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
((binary_expression left: (call_expression arguments: (arguments . (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name))) operator: ["||" "??"] right: (_) @reads-env.default) @reads-env
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
; The last of several: `process.env.A || process.env.B || "x"`
((binary_expression left: (binary_expression right: (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name)) operator: ["||" "??"] right: (_) @reads-env.default) @reads-env
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
((ternary_expression condition: (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name) alternative: (_) @reads-env.default)
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
((variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @reads-env.name) value: (member_expression object: (identifier) @_process property: (property_identifier) @_env)) @_whole
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
((variable_declarator name: (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @reads-env.name right: (_) @reads-env.default) @reads-env) value: (member_expression object: (identifier) @_process property: (property_identifier) @_env))
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
((variable_declarator name: (object_pattern (pair_pattern key: (property_identifier) @reads-env.name)) value: (member_expression object: (identifier) @_process property: (property_identifier) @_env))
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
; Whether it is there: `Boolean(process.env.A && process.env.B)`, `!!process.env.A`
((call_expression function: (identifier) @_boolean arguments: (arguments (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name))) @reads-env
  (#eq? @_boolean "Boolean") (#eq? @_process "process") (#eq? @_env "env") (#set! optional) (#gate! "Boolean"))
((call_expression function: (identifier) @_boolean arguments: (arguments (binary_expression (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name)))) @reads-env
  (#eq? @_boolean "Boolean") (#eq? @_process "process") (#eq? @_env "env") (#set! optional) (#gate! "Boolean"))
((unary_expression operator: "!" argument: (unary_expression operator: "!" argument: (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name))) @reads-env
  (#eq? @_process "process") (#eq? @_env "env") (#set! optional) (#gate! "!!"))
; What a condition finds missing before the program ends.
((unary_expression operator: "!" argument: (identifier) @requires.name) @requires (#gate! "throw|exit"))
((binary_expression left: (identifier) @requires.name operator: ["==" "==="] right: [(undefined) (null)]) @requires (#gate! "throw|exit"))
; Asked for, not read.
((binary_expression left: (string) @reads-env.name operator: "in" right: (member_expression object: (identifier) @_process property: (property_identifier) @_env)) @reads-env
  (#eq? @_process "process") (#eq? @_env "env") (#gate! "\\benv\\b"))
; @nestjs/config
((call_expression function: (member_expression object: (_) @_config property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name)) @reads-env
  (#match? @_config "(^|\\.)(config|configService|_config)$") (#eq? @_get "getOrThrow") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#set! required) (#gate! "getOrThrow"))
((call_expression function: (member_expression object: (_) @_config property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name . (_)? @reads-env.default)) @reads-env
  (#match? @_config "(^|\\.)(config|configService|_config)$") (#eq? @_get "get") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#gate! "[cC]onfig"))
; zod, valibot, TypeBox, Joi, yup over the environment: https://zod.dev, https://env.t3.gg, https://docs.nestjs.com/techniques/configuration
; `config.get("X") ?? "…"`
((binary_expression left: (call_expression function: (member_expression object: (_) @_config property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name .)) operator: ["||" "??"] right: (_) @reads-env.default) @reads-env
  (#match? @_config "(^|\\.)(config|configService|_config)$") (#eq? @_get "get") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#gate! "[cC]onfig"))
((pair key: (property_identifier) @reads-env.name value: (call_expression) @_type) @reads-env
  (#match? @reads-env.name "^[A-Z][A-Z0-9_]+$") (#match? @_type "^(z|zod|v|Type|t)\\.") (#not-match? @_type "[oO]ptional|default|nullish|catch|nullable|preprocess|coerce.boolean|_def")
  (#set! required) (#file-has? "arse\\((process|import\\.meta)\\.env|arseAsync\\(process\\.env|arse\\([^;]*,\\s*process\\.env|createEnv\\(|envSchema|EnvSchema|Check\\([^)]*process\\.env|fastify/env"))
((pair key: (property_identifier) @reads-env.name value: (call_expression) @_type) @reads-env
  (#match? @reads-env.name "^[A-Z][A-Z0-9_]+$") (#match? @_type "^([jJ]oi|yup)\\.") (#match? @_type "\\.required\\(\\)") (#not-match? @_type "optional|default|when\\(")
  (#set! required) (#file-has? "process\\.env|ConfigModule|validationSchema|envVarsSchema"))
((pair key: (property_identifier) @reads-env.name value: (call_expression function: (member_expression property: (property_identifier) @_default) arguments: (arguments . (_) @reads-env.default)) @_type) @reads-env
  (#match? @reads-env.name "^[A-Z][A-Z0-9_]+$") (#match? @_type "^(z|zod|v|[jJ]oi|yup)\\.") (#eq? @_default "default")
  (#file-has? "process\\.env|ConfigModule|validationSchema|createEnv\\("))
((pair key: (property_identifier) @reads-env.name value: (call_expression arguments: (arguments (object (pair key: (property_identifier) @_default value: (_) @reads-env.default)))) @_type) @reads-env
  (#match? @reads-env.name "^[A-Z][A-Z0-9_]+$") (#match? @_type "^Type\\.") (#eq? @_default "default") (#file-has? "process\\.env|envSchema|EnvSchema|fastify/env"))
; @fastify/env, env-schema
((pair key: (property_identifier) @_required value: (array (string) @reads-env.name)) @reads-env
  (#eq? @_required "required") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#set! required) (#file-has? "fastify/env|env-schema|fastify-env"))
((pair key: (property_identifier) @reads-env.name value: (object (pair key: (property_identifier) @_default value: (_) @reads-env.default))) @reads-env
  (#match? @reads-env.name "^[A-Z][A-Z0-9_]+$") (#eq? @_default "default") (#file-has? "fastify/env|env-schema|fastify-env"))
; env-var: https://github.com/evanshortiss/env-var
((call_expression function: (member_expression object: (call_expression function: (member_expression property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name)) @reads-env property: (property_identifier) @_required))
  (#eq? @_get "get") (#eq? @_required "required") (#set! required) (#file-has? "['\"]env-var['\"]"))
((call_expression function: (member_expression object: (call_expression function: (member_expression property: (property_identifier) @_get) arguments: (arguments . (string) @reads-env.name)) property: (property_identifier) @_default) arguments: (arguments . (_) @reads-env.default)) @reads-env
  (#eq? @_get "get") (#eq? @_default "default") (#file-has? "['\"]env-var['\"]"))
; convict: https://github.com/mozilla/node-convict
((object (pair key: (property_identifier) @_default value: (_) @reads-env.default) (pair key: (property_identifier) @_env value: (string) @reads-env.name)) @reads-env
  (#eq? @_default "default") (#eq? @_env "env") (#not-eq? @reads-env.default "null") (#file-has? "convict"))
((object (pair key: (property_identifier) @_default value: (null)) (pair key: (property_identifier) @_env value: (string) @reads-env.name)) @reads-env
  (#eq? @_default "default") (#eq? @_env "env") (#set! required) (#file-has? "convict"))
; envalid: https://github.com/af/envalid
((call_expression function: (identifier) @_clean arguments: (arguments . (_) @_env . (object (pair key: (property_identifier) @reads-env.name value: (call_expression function: (_) arguments: (arguments) @_args))  @reads-env)))
  (#eq? @_clean "cleanEnv") (#eq? @_env "process.env") (#lacks-key? @_args "default" "devDefault") (#set! required) (#gate! "cleanEnv"))

((call_expression function: (identifier) @_clean arguments: (arguments . (_) @_env . (object (pair key: (property_identifier) @reads-env.name value: (call_expression arguments: (arguments (object (pair key: (property_identifier) @_default value: (_) @reads-env.default))))) @reads-env)))
  (#eq? @_clean "cleanEnv") (#eq? @_env "process.env") (#eq? @_default "default") (#gate! "cleanEnv"))

((call_expression function: (member_expression object: (_) @_dotenv property: (property_identifier) @_config) arguments: (arguments (object (pair key: (property_identifier) @_override value: (true))))) @loads-dotenv
  (#match? @_dotenv "dotenv") (#eq? @_config "config") (#eq? @_override "override") (#set! override) (#set! by "dotenv") (#gate! "dotenv"))
((call_expression function: (identifier) @_config arguments: (arguments (object (pair key: (property_identifier) @_override value: (true))))) @loads-dotenv
  (#any-of? @_config "config" "dotenvConfig" "loadEnv") (#eq? @_override "override") (#set! override) (#set! by "dotenv") (#file-has? "dotenv"))
((call_expression function: (member_expression object: (_) @_dotenv property: (property_identifier) @_config)) @loads-dotenv
  (#match? @_dotenv "^(dotenv|require\\(.dotenv.\\))$") (#eq? @_config "config") (#gate! "dotenv"))

; Express, Koa, Fastify, Hapi, http, Nest, Socket.IO
((call_expression function: (member_expression object: (_) @_server property: (property_identifier) @_listen) arguments: (arguments . [(number) (identifier) (binary_expression) (member_expression) (call_expression) (ternary_expression) (string)] @listens.port . [(string) (identifier) (binary_expression) (member_expression)] @listens.host)) @listens
  (#eq? @_listen "listen") (#not-match? @listens.port "^['\"]/") (#gate! "\\.listen\\("))
((call_expression function: (member_expression object: (_) @_server property: (property_identifier) @_listen) arguments: (arguments . [(number) (identifier) (binary_expression) (member_expression) (call_expression) (ternary_expression)] @listens.port)) @listens
  (#eq? @_listen "listen") (#not-match? @_server "(?i)history|router|store|emitter|unlisten|broker|channel|client|electron") (#gate! "\\.listen\\("))
((call_expression function: (member_expression property: (property_identifier) @_listen) arguments: (arguments . (object (pair key: (property_identifier) @_host value: (_) @listens.host)))) @listens
  (#eq? @_listen "listen") (#any-of? @_host "host" "hostname") (#gate! "\\.listen\\("))
((call_expression function: (member_expression object: (identifier) @_bun property: (property_identifier) @_serve) arguments: (arguments (object (pair key: (property_identifier) @_host value: (_) @listens.host)))) @listens
  (#any-of? @_bun "Bun" "Deno") (#eq? @_serve "serve") (#eq? @_host "hostname") (#gate! "\\.serve\\("))
((call_expression function: (identifier) @_serve arguments: (arguments . (object (pair key: (property_identifier) @_host value: (_) @listens.host)))) @listens
  (#eq? @_serve "serve") (#eq? @_host "hostname") (#file-has? "@hono/node-server|deno"))
((call_expression function: (member_expression property: (property_identifier) @_listen) arguments: (arguments . (object (pair key: (property_identifier) @_port value: (_) @listens.port)))) @listens
  (#eq? @_listen "listen") (#eq? @_port "port") (#gate! "\\.listen\\("))
((call_expression function: (member_expression object: (identifier) @_fastify property: (property_identifier) @_listen) arguments: (arguments . (object (pair key: (property_identifier) @_port)) @_options)) @listens
  (#match? @_fastify "^(fastify|app|server)$") (#eq? @_listen "listen") (#eq? @_port "port") (#lacks-key? @_options "host" "path") (#set! loopback) (#set! server "fastify") (#file-has? "[fF]astify"))
((call_expression function: (member_expression property: (property_identifier) @_listen) arguments: (arguments . (string) @listens.path)) @listens
  (#eq? @_listen "listen") (#match? @listens.path "^.(/|unix:).*sock") (#gate! "\\.listen\\("))
((new_expression constructor: (_) @_server arguments: (arguments (object (pair key: (property_identifier) @_port value: (number) @listens.port)))) @listens
  (#match? @_server "(WebSocketServer|WebSocket\\.Server|ws\\.Server)$") (#eq? @_port "port") (#gate! "Server\\("))

; winston, pino, log4js, bunyan, morgan
((new_expression constructor: (_) @_transport arguments: (arguments (object (pair key: (property_identifier) @_filename value: (_) @logs.file)))) @logs
  (#match? @_transport "(^|\\.)(File|DailyRotateFile)$") (#eq? @_filename "filename") (#set! sink "file") (#gate! "DailyRotateFile|transports\\.File|\\bFile\\("))
((call_expression function: (_) @_pino arguments: (arguments . (string) @logs.file)) @logs
  (#match? @_pino "^pino\\.(destination|extreme)$") (#not-match? @logs.file "/dev/std|/proc/") (#set! sink "file") (#gate! "pino\\.(destination|extreme)"))
((object (pair key: (property_identifier) @_target value: (string) @_pino) (pair key: (property_identifier) @_options value: (object (pair key: (property_identifier) @_destination value: (string) @logs.file)))) @logs
  (#eq? @_target "target") (#match? @_pino "pino/file|pino-roll") (#any-of? @_destination "destination" "file") (#not-match? @logs.file "/dev/std") (#set! sink "file") (#gate! "pino/file|pino-roll"))
((object (pair key: (property_identifier) @_type value: (string) @_file) (pair key: (property_identifier) @_filename value: (_) @logs.file)) @logs
  (#eq? @_type "type") (#match? @_file "^.(file|dateFile|rotating-file|fileSync).$") (#any-of? @_filename "filename" "path") (#set! sink "file") (#file-has? "log4js|bunyan|rotating-file"))
((object (pair key: (property_identifier) @_streams value: (array (object (pair key: (property_identifier) @_path value: (_) @logs.file))))) @logs
  (#eq? @_streams "streams") (#eq? @_path "path") (#set! sink "file") (#file-has? "bunyan"))
((pair key: (property_identifier) @_logger value: (object (pair key: (property_identifier) @_file value: (_) @logs.file))) @logs
  (#eq? @_logger "logger") (#eq? @_file "file") (#set! sink "file") (#file-has? "[fF]astify"))
((call_expression function: (_) @_append arguments: (arguments . (_) @logs.file)) @logs
  (#match? @_append "^(fs\\.|fsp\\.|fs\\.promises\\.)?appendFile(Sync)?$") (#match? @logs.file "(?i)\\.log['\"`)]|logfile|log_file|logpath") (#set! sink "file") (#gate! "appendFile"))
((call_expression function: (identifier) @_morgan arguments: (arguments (object (pair key: (property_identifier) @_stream value: (_) @logs.file)))) @logs
  (#eq? @_morgan "morgan") (#eq? @_stream "stream") (#match? @logs.file "[aA]ccessLogStream|createWriteStream|[lL]ogFile|rfs") (#set! sink "file") (#gate! "morgan"))
((new_expression constructor: (_) @_transport) @logs
  (#match? @_transport "(^|\\.)Console$") (#set! sink "stdout") (#gate! "\\bConsole\\("))
((call_expression function: (member_expression object: (identifier) @_console property: (property_identifier) @_log)) @logs
  (#eq? @_console "console") (#any-of? @_log "log" "info" "error") (#set! sink "stdout") (#gate! "console\\."))
((call_expression function: (identifier) @_morgan arguments: (arguments . (string) .)) @logs (#eq? @_morgan "morgan") (#set! sink "stdout") (#gate! "morgan"))
((call_expression function: (identifier) @_pino arguments: (arguments) @_args) @logs (#eq? @_pino "pino") (#lacks-key? @_args "transport") (#set! sink "stdout") (#gate! "\\bpino\\("))

; Sessions. https://expressjs.com/en/resources/middleware/session.html
((call_expression function: (identifier) @_session arguments: (arguments . (object) @_options .)) @session
  (#match? @_session "^([eE]xpress_?)?[sS]ession(s|Middleware)?$") (#lacks-key? @_options "store") (#set! store "memory") (#set! by "express-session") (#file-has? "express-session"))
((call_expression function: (call_expression function: (identifier) @_require arguments: (arguments (string) @_name)) arguments: (arguments . (object) @_options .)) @session
  (#eq? @_require "require") (#match? @_name "express-session") (#lacks-key? @_options "store") (#set! store "memory") (#set! by "express-session") (#file-has? "express-session"))
((call_expression function: (member_expression property: (property_identifier) @_session) arguments: (arguments . (object) @_options .)) @session
  (#eq? @_session "session") (#lacks-key? @_options "store") (#set! store "memory") (#set! by "express-session") (#gate! "express\\.session"))
((call_expression function: (identifier) @_session arguments: (arguments . (object (pair key: (property_identifier) @_store value: (new_expression constructor: (_) @_memory))) .)) @session
  (#any-of? @_session "session" "expressSession") (#eq? @_store "store") (#match? @_memory "(^|\\.)(MemoryStore|FileStore)$") (#set! store "memory") (#set! by "MemoryStore") (#gate! "MemoryStore|FileStore"))
((call_expression function: (identifier) @_session arguments: (arguments . (object (pair key: (property_identifier) @_store value: (_) @_value)))) @session
  (#any-of? @_session "session" "expressSession") (#eq? @_store "store") (#not-match? @_value "(?i)(memory|file)_?store") (#set! store "shared") (#file-has? "express-session"))

((new_expression constructor: (_) @_store) @session
  (#match? @_store "^(session\\.|expressSession\\.)?(MemoryStore|FileStore|SessionFileStore)$") (#set! store "memory") (#set! by "MemoryStore") (#file-has? "express-session|memorystore|session-file-store|hono-sessions|fastify/session"))
((call_expression function: (member_expression property: (property_identifier) @_register) arguments: (arguments . (_) @_plugin . (object) @_options)) @session
  (#eq? @_register "register") (#match? @_plugin "^(fastifySession|session|require\\(.@fastify/session.\\))$") (#lacks-key? @_options "store") (#set! store "memory") (#set! by "@fastify/session") (#file-has? "@fastify/session"))
; koa-session keeps them in the cookie; koa-generic-session and koa-session2 in memory.
((call_expression function: (identifier) @_session arguments: (arguments . (object)? @_options)) @session
  (#eq? @_session "session") (#lacks-key? @_options "store") (#set! store "memory") (#set! by "koa-generic-session") (#file-has? "koa-generic-session"))

; Uploads. https://github.com/expressjs/multer
((call_expression function: (identifier) @_multer arguments: (arguments . (object (pair key: (property_identifier) @_dest value: (_) @uploads.path)))) @uploads
  (#eq? @_multer "multer") (#eq? @_dest "dest") (#set! by "multer") (#file-has? "multer"))
((call_expression function: (member_expression object: (identifier) @_multer property: (property_identifier) @_disk)) @uploads
  (#eq? @_multer "multer") (#eq? @_disk "diskStorage") (#set! by "multer") (#file-has? "multer"))
((call_expression function: (identifier) @_disk arguments: (arguments . (object (pair key: (property_identifier) @_destination)))) @uploads
  (#eq? @_disk "diskStorage") (#eq? @_destination "destination") (#set! by "multer") (#file-has? "multer"))
((object (pair key: (property_identifier) @_dir value: (_) @uploads.path)) @uploads
  (#eq? @_dir "uploadDir") (#set! by "formidable") (#file-has? "formidable"))

((call_expression function: (identifier) @_interceptor arguments: (arguments (object (pair key: (property_identifier) @_dest value: (_) @uploads.path)))) @uploads
  (#match? @_interceptor "^(File|Files|AnyFiles|FileFields)Interceptor$") (#eq? @_dest "dest") (#set! by "multer") (#gate! "Interceptor"))
((call_expression function: (member_expression object: (identifier) @_module property: (property_identifier) @_register) arguments: (arguments (object (pair key: (property_identifier) @_dest value: (_) @uploads.path)))) @uploads
  (#eq? @_module "MulterModule") (#eq? @_register "register") (#eq? @_dest "dest") (#set! by "multer") (#gate! "MulterModule"))
; express-fileupload
((call_expression function: (member_expression property: (property_identifier) @_mv) arguments: (arguments . (_) @uploads.path)) @uploads
  (#eq? @_mv "mv") (#set! by "express-fileupload") (#file-has? "\\.files\\b"))
; A file of a request, written to a folder of uploads.
((call_expression function: (_) @_write arguments: (arguments . (_) @uploads.path)) @uploads
  (#match? @_write "^(fs\\.|fsp\\.|fs\\.promises\\.|fsPromises\\.|Bun\\.)?(writeFile|writeFileSync|createWriteStream|write|copyFile|rename|renameSync)$") (#match? @uploads.path "(?i)\\b_?(uploads?|avatars?|media|attachments?)\\b|[uU]ploadDir|UPLOAD_DIR|uploadPath") (#not-match? @uploads.path "(?i)tmp|\\.json|\\.log")
  (#set! by "writeFile") (#gate! "writeFile|createWriteStream|Bun\\.write|copyFile|rename"))

; Clients of backing services
((new_expression constructor: (_) @_client arguments: (arguments . [(string) (identifier) (member_expression) (binary_expression) (template_string)] @connects.locator)) @connects
  (#match? @_client "(^|\\.)(Redis|IORedis|MongoClient|Sequelize|Pool|Client|Elasticsearch|DataSource)$") (#gate! "Redis|MongoClient|Sequelize|Pool|Client\\("))
((new_expression constructor: (_) @_client arguments: (arguments (object (pair key: (property_identifier) @_key value: (_) @connects.locator)))) @connects
  (#match? @_client "(^|\\.)(Redis|IORedis|MongoClient|Sequelize|Pool|Client|Kafka|DataSource|Memcached|InfluxDB|ClickHouse|PrismaPg)$") (#any-of? @_key "host" "url" "connectionString" "node" "nodes" "brokers" "uri" "endPoint" "contactPoints" "server") (#gate! "Redis|MongoClient|Sequelize|Pool|Client\\(|Kafka|DataSource"))
((call_expression function: (_) @_client arguments: (arguments . [(string) (identifier) (member_expression) (binary_expression) (template_string)] @connects.locator)) @connects
  (#match? @_client "^(mongoose\\.connect|mongoose\\.createConnection|MongoClient\\.connect|amqp\\.connect|amqplib\\.connect|createClient|redis\\.createClient|mysql2?\\.createConnection|mysql2?\\.createPool|postgres|connect|monk|mongojs|nats\\.connect)$") (#gate! "connect|createClient|createPool|createConnection|postgres|monk|mongojs"))
((call_expression function: (_) @_client arguments: (arguments . (object (pair key: (property_identifier) @_key value: (_) @connects.locator)))) @connects
  (#match? @_client "^(createClient|redis\\.createClient|mysql2?\\.createConnection|mysql2?\\.createPool|createConnection|createPool|knex|nodemailer\\.createTransport|createTransport|TypeOrmModule\\.forRoot|pgp|BullModule\\.forRoot)$") (#any-of? @_key "host" "url" "uri" "connectionString") (#gate! "createClient|createConnection|createPool|knex|createTransport|forRoot|pgp"))
((call_expression function: (_) @_client arguments: (arguments . (object (pair key: (property_identifier) @_key value: (object (pair key: (property_identifier) @_host value: (_) @connects.locator)))))) @connects
  (#match? @_client "(createClient|knex|Queue|forRoot)$") (#any-of? @_key "socket" "connection" "redis") (#any-of? @_host "host" "url") (#gate! "createClient|knex|Queue|forRoot"))
((new_expression constructor: (_) @_client arguments: (arguments (_) (object (pair key: (property_identifier) @_key value: (object (pair key: (property_identifier) @_host value: (_) @connects.locator)))))) @connects
  (#match? @_client "(Queue|Worker|Bull)$") (#any-of? @_key "connection" "redis") (#any-of? @_host "host" "url") (#gate! "Queue|Worker|Bull"))

((new_expression constructor: (_) @_client arguments: (arguments . (number) . (string) @connects.locator)) @connects
  (#match? @_client "^(Redis|IORedis)$") (#gate! "Redis"))
((new_expression constructor: (_) @_client arguments: (arguments . (_) . (_)? . (_)? . (object (pair key: (property_identifier) @_host value: (_) @connects.locator)))) @connects
  (#match? @_client "(^|\\.)Sequelize$") (#eq? @_host "host") (#gate! "Sequelize"))
((new_expression constructor: (_) @_client arguments: (arguments . (_) . (string) @connects.locator)) @connects
  (#match? @_client "^(Queue|Bull|Worker)$") (#match? @connects.locator "^.rediss?://") (#gate! "Queue|Bull|Worker"))
((new_expression constructor: (_) @_client arguments: (arguments . (array (object (pair key: (property_identifier) @_host value: (_) @connects.locator))))) @connects
  (#match? @_client "(^|\\.)Cluster$") (#eq? @_host "host") (#gate! "Cluster"))
((new_expression constructor: (_) @_client arguments: (arguments . (string) @connects.locator)) @connects
  (#match? @_client "(^|\\.)Memcached$") (#gate! "Memcached"))
((call_expression function: (_) @_client arguments: (arguments (object (pair key: (property_identifier) @_key value: (_) @connects.locator)))) @connects
  (#match? @_client "^(sql\\.connect|mssql\\.connect|connect|nats\\.connect|mysql2?\\.createPool|mysql2?\\.createConnection|createPool|postgres)$") (#any-of? @_key "server" "servers" "host" "hostname") (#file-has? "mssql|nats|mysql|postgres"))
; An object with a host and what else a datastore is asked with.
((object (pair key: (property_identifier) @_host value: (string) @connects.locator)) @_options
  (#any-of? @_host "host" "hostname") (#has-key? @_options "password" "database" "dialect" "username") (#lacks-key? @_options "headers" "method" "path")
  (#file-has? "['\"](pg|pg-promise|mysql2?|promise-mysql|ioredis|redis|sequelize|typeorm|knex|nodemailer|mariadb|@nestjs/typeorm|@nestjs/sequelize|@mikro-orm/[a-z-]+)['\"]"))
; The URL of a backing service that is given to anything.
((string . (string_fragment) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql2?|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|mssql|cassandra|couchdb|influxdb)://[^/@]*@?[^/]") (#set! kind "url")
  (#gate! "(postgres(ql)?|mysql2?|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|mssql|cassandra|couchdb|influxdb)://"))
((template_string (string_fragment) @_start (template_substitution)) @connects.locator @connects
  (#match? @_start "^(postgres(ql)?|mysql2?|mariadb|mongodb|rediss?|amqps?)://") (#set! kind "url") (#gate! "(postgres(ql)?|mysql2?|mariadb|mongodb|rediss?|amqps?)://"))

; Datastores inside the process
((string . (string_fragment) @embeds.path .) @embeds
  (#match? @embeds.path "^(file:[^ ]*\\.(db|sqlite3?)|sqlite:[^ ]*[A-Za-z0-9_]+)$") (#set! kind "SQLite") (#gate! "\\.(db|sqlite)|sqlite:"))
((call_expression function: (identifier) @_open arguments: (arguments (object (pair key: (property_identifier) @_file value: (_) @embeds.path)))) @embeds
  (#eq? @_open "open") (#eq? @_file "filename") (#set! kind "SQLite") (#file-has? "sqlite"))
((call_expression function: (identifier) @_preset arguments: (arguments . (_) @embeds.path)) @embeds
  (#any-of? @_preset "JSONFilePreset" "JSONFileSyncPreset") (#set! kind "lowdb") (#gate! "Preset"))
((pair key: (property_identifier) @_driver value: (identifier) @_sqlite) @embeds
  (#eq? @_driver "driver") (#match? @_sqlite "^(Better)?S[qQ][lL]iteDriver$") (#set! kind "SQLite") (#gate! "qliteDriver|SQLiteDriver|SqliteDriver"))
((new_expression constructor: (_) @_db arguments: (arguments . (_) @embeds.path) @_args) @embeds
  (#match? @_db "^(sqlite3?\\.Database|BetterSqlite3|DatabaseSync)$") (#lacks-key? @_args "readonly" "readOnly") (#set! kind "SQLite") (#gate! "[sS]qlite|DatabaseSync"))
((new_expression constructor: (identifier) @_db arguments: (arguments . (_) @embeds.path) @_args) @embeds
  (#eq? @_db "Database") (#set! kind "SQLite") (#lacks-key? @_args "readonly" "readOnly") (#file-has? "better-sqlite3|bun:sqlite"))
((pair key: (property_identifier) @_dialect value: (string) @_sqlite) @embeds
  (#any-of? @_dialect "dialect" "type" "client") (#match? @_sqlite "^.(sqlite|sqlite3|better-sqlite3).$") (#set! kind "SQLite") (#gate! "sqlite"))
((new_expression constructor: (_) @_nedb) @embeds
  (#any-of? @_nedb "Nedb" "NeDB" "nedb" "Datastore") (#set! kind "NeDB") (#file-has? "(?i)nedb"))
((new_expression constructor: (identifier) @_level arguments: (arguments . (_) @embeds.path)) @embeds
  (#any-of? @_level "Level" "ClassicLevel") (#set! kind "LevelDB") (#file-has? "['\"](classic-)?level['\"]"))
((new_expression constructor: (_) @_lowdb arguments: (arguments . (_) @embeds.path)) @embeds
  (#any-of? @_lowdb "JSONFile" "FileSync" "JSONFileSync") (#set! kind "lowdb") (#file-has? "lowdb"))
((call_expression function: (member_expression object: (identifier) @_server property: (property_identifier) @_create)) @embeds
  (#any-of? @_server "MongoMemoryServer" "MongoMemoryReplSet") (#eq? @_create "create") (#set! kind "MongoDB") (#set! in "memory") (#gate! "MongoMemory"))

; Schedulers
((call_expression function: (identifier) @_schedule arguments: (arguments . (string) . (_))) @schedules
  (#any-of? @_schedule "schedule" "cronSchedule") (#set! by "node-cron") (#file-has? "from ['\"]node-cron['\"]|require\\(['\"]node-cron['\"]\\)"))
((call_expression function: (identifier) @_cron arguments: (arguments . (string) . (_))) @schedules
  (#eq? @_cron "Cron") (#set! by "croner") (#file-has? "from ['\"]croner['\"]|require\\(['\"]croner['\"]\\)"))
((call_expression function: (member_expression object: (identifier) @_cron property: (property_identifier) @_from)) @schedules
  (#eq? @_cron "CronJob") (#eq? @_from "from") (#set! by "cron") (#gate! "CronJob"))
((new_expression constructor: (identifier) @_scheduler) @schedules
  (#any-of? @_scheduler "ToadScheduler" "Bree") (#set! by "toad-scheduler") (#gate! "ToadScheduler|Bree"))
((call_expression function: (member_expression property: (property_identifier) @_add)) @schedules
  (#any-of? @_add "addSimpleIntervalJob" "addCronJob") (#set! by "toad-scheduler") (#file-has? "toad-scheduler|fastify/schedule"))
((new_expression constructor: (_) @_cron arguments: (arguments . (_) . (_))) @schedules
  (#match? @_cron "^(croner\\.)?Cron$") (#set! by "croner") (#file-has? "croner"))
((call_expression function: (member_expression object: (identifier) @_cron property: (property_identifier) @_schedule) arguments: (arguments . (_) . (_))) @schedules
  (#any-of? @_cron "cron" "nodeCron") (#eq? @_schedule "schedule") (#set! by "node-cron") (#file-has? "node-cron|from .cron.|require..cron"))
((call_expression function: (member_expression object: (identifier) @_schedule property: (property_identifier) @_job) arguments: (arguments . (_) . (_))) @schedules
  (#any-of? @_schedule "schedule" "scheduler" "nodeSchedule") (#any-of? @_job "scheduleJob") (#set! by "node-schedule") (#gate! "scheduleJob"))
((new_expression constructor: (_) @_cron arguments: (arguments . [(string) (template_string) (object)] )) @schedules
  (#match? @_cron "^(cron\\.)?CronJob$") (#set! by "cron") (#file-has? "CronJob[^\\x00]*((?m:^[^/\\n]*\\.start\\(\\))|start: true|,\\s*true\\b)"))
((call_expression function: (identifier) @elects.name) @elects (#match? @elects.name "^((acquire|with|try|take|get|obtain)\\w*Lock|leaderElection)$") (#gate! "Lock\\(|leaderElection"))
((call_expression function: (member_expression property: (property_identifier) @_set) arguments: (arguments (string) @elects.name)) @elects
  (#eq? @_set "set") (#match? @elects.name "^.NX.$") (#gate! "['\"]NX['\"]"))
((call_expression function: (member_expression object: (_) @_redlock property: (property_identifier) @elects.name)) @elects
  (#match? @_redlock "(?i)redlock") (#any-of? @elects.name "using" "acquire" "lock") (#gate! "(?i)redlock"))
((new_expression constructor: (identifier) @elects.name) @elects (#any-of? @elects.name "Redlock" "LeaderElection") (#gate! "Redlock|LeaderElection"))

; Live connections
((new_expression constructor: (_) @_server) @realtime
  (#match? @_server "^(socketio\\.Server|SocketIOServer|SocketServer|IOServer)$") (#set! by "socket.io") (#file-has? "socket\\.io"))
((new_expression constructor: (identifier) @_server) @realtime
  (#eq? @_server "Server") (#set! by "socket.io") (#file-has? "from ['\"]socket\\.io['\"]|require\\(['\"]socket\\.io['\"]\\)"))
((call_expression function: (call_expression function: (identifier) @_require arguments: (arguments (string) @_name))) @realtime
  (#eq? @_require "require") (#match? @_name "^.socket\\.io.$") (#set! by "socket.io") (#gate! "socket\\.io"))
((call_expression function: (identifier) @_io arguments: (arguments . (_))) @realtime
  (#any-of? @_io "socketio" "socketIo" "socketIO" "SocketIO") (#set! by "socket.io") (#file-has? "require\\(['\"]socket\\.io['\"]\\)|from ['\"]socket\\.io['\"]"))
((new_expression constructor: (_) @_server) @realtime
  (#match? @_server "^(WebSocketServer|WebSocket\\.Server|ws\\.Server)$") (#set! by "ws") (#file-has? "on\\(['\"]message['\"][^\\x00]*\\.clients\\b"))
((new_expression constructor: (identifier) @_pubsub arguments: (arguments)) @realtime
  (#eq? @_pubsub "PubSub") (#set! by "PubSub") (#file-has? "graphql-subscriptions|graphql-yoga|createPubSub"))
((call_expression function: (_) @_ws) @realtime
  (#match? @_ws "^(expressWs|require\\(.express-ws.\\))$") (#set! by "express-ws") (#file-has? "getWss\\(\\)|\\.clients\\b"))
((call_expression function: (member_expression property: (property_identifier) @_register) arguments: (arguments . (_) @_plugin)) @realtime
  (#eq? @_register "register") (#match? @_plugin "^(fastifyIO|fastifySocketIO|require\\(.fastify-socket.io.\\))$") (#set! by "socket.io") (#gate! "fastify-socket\\.io"))
((call_expression function: (member_expression property: (property_identifier) @adapts.name)) @adapts
  (#any-of? @adapts.name "subscribe" "psubscribe" "pSubscribe" "sSubscribe") (#file-has? "(?i)redis|nats|amqp"))
((string (string_fragment) @adapts.name) @adapts
  (#match? @adapts.name "^(@socket\\.io/(redis|postgres|mongo|cluster|redis-streams)[a-z-]*|socket\\.io-redis|socket\\.io-adapter-.*)$") (#gate! "socket\\.io"))

; https://nodejs.org/api/process.html#signal-events
((call_expression function: (member_expression object: (identifier) @_process property: (property_identifier) @_on) arguments: (arguments . (_) @handles-signal.signal)) @handles-signal
  (#eq? @_process "process") (#any-of? @_on "on" "once" "addListener") (#match? @handles-signal.signal "SIG|sig|event|s$") (#gate! "process\\.(on|once|addListener)"))
((call_expression function: (member_expression property: (property_identifier) @_hook)) @handles-signal
  (#eq? @_hook "enableShutdownHooks") (#gate! "enableShutdownHooks"))
((call_expression function: (identifier) @_terminus) @handles-signal
  (#any-of? @_terminus "createTerminus" "gracefulShutdown" "closeWithGrace" "onExit" "onSignal" "exitHook" "asyncExitHook" "setupGracefulShutdown" "addShutdownHook") (#gate! "createTerminus|gracefulShutdown|closeWithGrace|onExit|exitHook|onSignal|setupGracefulShutdown|addShutdownHook"))

; https://nodejs.org/api/child_process.html
((call_expression function: (_) @_spawn arguments: (arguments . (string) @runs-command.name)) @runs-command
  (#match? @_spawn "^(child_process\\.|childProcess\\.|cp\\.)?(spawn|spawnSync|exec|execSync|execFile|execFileSync)$") (#file-has? "child_process"))
((call_expression function: (identifier) @_run arguments: (arguments . (string) @runs-command.name . (array))) @runs-command
  (#match? @_run "(?i)^(run|exec|spawn|execute|execFile|sh|cmd)[A-Za-z]*$") (#file-has? "child_process"))
((call_expression function: (identifier) @_execa arguments: (arguments . (string) @runs-command.name)) @runs-command
  (#any-of? @_execa "execa" "execaSync" "$") (#file-has? "execa"))
((call_expression function: (_) @_spawn arguments: (arguments . (template_string . (string_fragment) @runs-command.name))) @runs-command
  (#match? @_spawn "^(child_process\\.|childProcess\\.|cp\\.)?(spawn|spawnSync|exec|execSync|execAsync|execPromise|run)$") (#file-has? "child_process"))
((call_expression function: (_) @_spawn arguments: (arguments . (array . (string) @runs-command.name))) @runs-command
  (#match? @_spawn "^Bun\\.spawn(Sync)?$") (#gate! "Bun\\.spawn"))
((call_expression function: (_) @_exists arguments: (arguments . (string) @looks-for-command.name)) @looks-for-command
  (#match? @_exists "(commandExists|commandExistsSync|which|which\\.sync|commandExists\\.sync)$") (#gate! "commandExists|which"))

; Schema
((call_expression function: (member_expression object: (_) @_sequelize property: (property_identifier) @_sync) arguments: (arguments . (object (pair key: (property_identifier) @_force value: (true))))) @syncs-schema
  (#match? @_sequelize "(?i)(sequelize|db|models|database|connection)$") (#eq? @_sync "sync") (#eq? @_force "force") (#set! by "sync({ force: true })") (#set! destructive) (#gate! "\\.sync\\("))
((call_expression function: (member_expression object: (_) @_sequelize property: (property_identifier) @_sync) arguments: (arguments . (object (pair key: (property_identifier) @_alter value: (true))))) @syncs-schema
  (#match? @_sequelize "(?i)(sequelize|db|models|database|connection)$") (#eq? @_sync "sync") (#eq? @_alter "alter") (#set! by "sync({ alter: true })") (#gate! "\\.sync\\("))
((call_expression function: (member_expression object: (_) @_sequelize property: (property_identifier) @_sync) arguments: (arguments) @_args) @syncs-schema
  (#match? @_sequelize "(^|\\.)sequelize$") (#eq? @_sync "sync") (#eq? @_args "()") (#set! by "sequelize.sync()") (#gate! "\\.sync\\("))
((call_expression function: (member_expression object: (call_expression function: (member_expression property: (property_identifier) @_generator)) property: (property_identifier) @_update)) @syncs-schema
  (#eq? @_generator "getSchemaGenerator") (#any-of? @_update "updateSchema" "createSchema" "refreshDatabase") (#set! by "updateSchema") (#gate! "getSchemaGenerator"))
((pair key: (property_identifier) @_synchronize value: (true)) @syncs-schema
  (#eq? @_synchronize "synchronize") (#set! by "synchronize: true") (#file-has? "typeorm|TypeOrm|DataSource"))
((pair key: (property_identifier) @_drop value: (true)) @syncs-schema
  (#eq? @_drop "dropSchema") (#set! by "dropSchema: true") (#set! destructive) (#gate! "dropSchema"))

; Migrations when the code starts: Knex, Drizzle, TypeORM, MikroORM, Umzug
((call_expression function: (member_expression object: (member_expression property: (property_identifier) @_migrate) property: (property_identifier) @_latest)) @migrates
  (#eq? @_migrate "migrate") (#any-of? @_latest "latest" "up") (#set! by "knex migrate") (#gate! "migrate"))
((call_expression function: (identifier) @_migrate arguments: (arguments (_) . (object (pair key: (property_identifier) @_folder)))) @migrates
  (#eq? @_migrate "migrate") (#eq? @_folder "migrationsFolder") (#set! by "drizzle migrate") (#gate! "migrationsFolder"))
((pair key: (property_identifier) @_run value: (binary_expression) @_production) @migrates
  (#eq? @_run "migrationsRun") (#match? @_production "^[^&|]*NODE_ENV[^&|]*={2,3} *['\"]production['\"]$") (#set! by "migrationsRun") (#gate! "migrationsRun"))
((pair key: (property_identifier) @_run value: (true)) @migrates (#eq? @_run "migrationsRun") (#set! by "migrationsRun") (#gate! "migrationsRun"))
((call_expression function: (member_expression property: (property_identifier) @_run)) @migrates
  (#eq? @_run "runMigrations") (#set! by "runMigrations") (#file-has? "typeorm|DataSource|dataSource"))
; A function of one's own that says it.
((call_expression function: [(identifier) @_run (member_expression property: (property_identifier) @_run)]) @migrates
  (#any-of? @_run "runMigrations" "runDatabaseMigrations" "runDbMigrations" "applyMigrations" "migrateDatabase" "migrateDb") (#set! by "runMigrations") (#set! own) (#gate! "[mM]igrations?\\(|migrateD"))
((call_expression function: (member_expression object: (call_expression function: (member_expression property: (property_identifier) @_migrator)) property: (property_identifier) @_up)) @migrates
  (#eq? @_migrator "getMigrator") (#eq? @_up "up") (#set! by "getMigrator().up") (#gate! "getMigrator"))

; https://amqp-node.github.io/amqplib/channel_api.html
((object (pair key: (property_identifier) @_transport value: (_) @_rmq) (pair key: (property_identifier) @_options value: (object) @_keys)) @auto-acks
  (#eq? @_transport "transport") (#eq? @_rmq "Transport.RMQ") (#eq? @_options "options") (#lacks-key? @_keys "noAck") (#set! by "noAck") (#file-has? "createMicroservice|connectMicroservice"))
((call_expression function: (member_expression property: (property_identifier) @_read) arguments: (arguments (object (pair key: (property_identifier) @_ack value: (true))))) @auto-acks
  (#any-of? @_read "xReadGroup" "xreadgroup") (#eq? @_ack "NOACK") (#set! by "NOACK") (#gate! "NOACK"))
((call_expression function: (member_expression property: (property_identifier) @_consume) arguments: (arguments (object (pair key: (property_identifier) @_ack value: (true))))) @auto-acks
  (#any-of? @_consume "consume" "get") (#eq? @_ack "noAck") (#set! by "noAck") (#gate! "noAck"))

((call_expression function: (member_expression object: (identifier) @_inspector property: (property_identifier) @_open) arguments: (arguments (_) @backdoor.host)) @backdoor
  (#eq? @_inspector "inspector") (#eq? @_open "open") (#match? @backdoor.host "0\\.0\\.0\\.0") (#set! by "inspector.open") (#gate! "inspector"))

((string (string_fragment) @reads-file.name) @reads-file
  (#match? @reads-file.name "^/run/secrets") (#gate! "/run/secrets"))
((template_string (string_fragment) @reads-file.name) @reads-file
  (#match? @reads-file.name "^/run/secrets") (#gate! "/run/secrets"))

; Comparisons with the name of an environment
((binary_expression left: (_) @compares.name operator: ["===" "==" "!==" "!="] right: (string) @compares.value) @compares (#file-has? "(APP|DEPLOY|RUN|NODE|GO|DJANGO|FLASK|RAILS|RACK)_?ENV|ENVIRONMENT|APP_STAGE|\\bSTAGE\\b|\\bENV\\b"))
((switch_statement value: (parenthesized_expression (_) @compares.name) body: (switch_body (switch_case value: (string) @compares.value) @compares)) (#file-has? "switch"))

; Collections of the module, changed by requests
((program (lexical_declaration (variable_declarator name: (identifier) @keeps.name value: [(object) (array)] @_empty) @keeps))
  (#match? @_empty "^(\\{\\s*\\}|\\[\\s*\\])$") (#file-has? "(get|post|put|patch|delete|use)\\("))
((program (lexical_declaration (variable_declarator name: (identifier) @keeps.name value: (new_expression constructor: (identifier) @_new)) @keeps))
  (#any-of? @_new "Map" "Set") (#file-has? "new (Map|Set)"))
((assignment_expression left: (subscript_expression object: (identifier) @remembers.name)) @remembers (#file-has? "(get|post|put|patch|delete|use)\\("))
((call_expression function: (member_expression object: (identifier) @remembers.name property: (property_identifier) @_change)) @remembers
  (#any-of? @_change "set" "push" "add" "unshift") (#file-has? "(get|post|put|patch|delete|use)\\("))
((unary_expression operator: "delete" argument: (subscript_expression object: (identifier) @remembers.name)) @remembers (#file-has? "delete"))

; Logs over the network
((new_expression constructor: (_) @logs.name) @logs (#set! sink "network") (#match? @logs.name "Logstash|Loggly|Splunk|Syslog|Papertrail|ElasticsearchTransport|Elasticsearch$|Graylog|Gelf|Fluent|LokiTransport") (#file-has? "winston-(logstash|loggly|splunk|syslog|papertrail|elasticsearch|graylog|loki)|winston3-|gelf|fluent"))

((call_expression function: (identifier) @calls.function arguments: (arguments . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((call_expression function: (member_expression property: (property_identifier) @calls.function) arguments: (arguments . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((variable_declarator name: (identifier) @defines.name value: (_) @defines.value) (#gate! "."))

; A shell in a tagged template: https://bun.sh/docs/runtime/shell, zx
((call_expression function: (identifier) @_shell arguments: (template_string . (string_fragment) @runs-command.name)) @runs-command
  (#eq? @_shell "$") (#gate! "\\$`"))
; A client of a program of the machine.
((call_expression function: (identifier) @_ffmpeg) @runs-command
  (#eq? @_ffmpeg "ffmpeg") (#set! tool "ffmpeg") (#file-has? "fluent-ffmpeg"))

; Migrations by a command
((call_expression function: (_) @_exec arguments: (arguments . [(string) (template_string)] @_command)) @migrates
  (#match? @_exec "(^|\\.)(exec|execSync|execAsync|execPromise|execaCommand|run)$") (#match? @_command "prisma migrate deploy") (#set! by "prisma migrate deploy") (#gate! "prisma migrate"))
((call_expression function: (_) @_exec arguments: (arguments . [(string) (template_string)] @_command)) @migrates
  (#match? @_exec "(^|\\.)(exec|execSync|execAsync|execPromise|execaCommand|run)$") (#match? @_command "sequelize(-cli)? db:migrate|knex migrate:latest|typeorm migration:run|drizzle-kit migrate|migrate-mongo up") (#set! by "db:migrate") (#gate! "db:migrate|migrate:latest|migration:run|drizzle-kit|migrate-mongo"))
((call_expression function: (_) @_exec arguments: (arguments . [(string) (template_string)] @_command)) @syncs-schema
  (#match? @_exec "(^|\\.)(exec|execSync|execAsync|execPromise|execaCommand|run)$") (#match? @_command "prisma db push") (#set! by "prisma db push") (#gate! "prisma db"))

; A stream that logs go to
((call_expression function: (_) @_stream arguments: (arguments . [(string) (template_string)] @logs.file)) @logs
  (#match? @_stream "(^|\\.)createWriteStream$") (#match? @logs.file "(?i)\\.log['\"`]$") (#set! sink "file") (#gate! "createWriteStream"))

; Jobs that only this process knows of
((call_expression function: (_) @_queue) @inline-jobs
  (#match? @_queue "^(fastq(\\.promise)?|async\\.(queue|priorityQueue|cargo))$") (#set! by "fastq") (#set! kind "background") (#file-has? "require\\(.(async|fastq).\\)|from .(async|fastq)."))
((new_expression constructor: (identifier) @_queue) @inline-jobs
  (#any-of? @_queue "Queue" "PQueue") (#set! by "better-queue") (#set! kind "background") (#file-has? "better-queue"))

; socket.io's server by another name
((new_expression constructor: (identifier) @_server) @realtime
  (#any-of? @_server "Socket" "IO" "SocketIO" "Io" "SocketIo" "SocketioServer" "WebsocketServer") (#set! by "socket.io") (#file-has? "\\bServer (as|:) \\w+[^\\n]*['\"]socket\\.io['\"]"))

; Files that outlive their request. https://github.com/tus/tus-node-server, https://sharp.pixelplumbing.com
((new_expression constructor: (identifier) @_store arguments: (arguments (object (pair key: (property_identifier) @_directory value: (_) @uploads.path)))) @uploads
  (#eq? @_store "FileStore") (#eq? @_directory "directory") (#set! by "tus") (#file-has? "@tus/"))
((call_expression function: (member_expression property: (property_identifier) @_to) arguments: (arguments . (_) @uploads.path)) @uploads
  (#eq? @_to "toFile") (#match? @uploads.path "(?i)uploads?\\b|avatars?\\b|media\\b|outputPath|filePath|destPath") (#not-match? @uploads.path "(?i)tmp|temp") (#set! by "sharp") (#file-has? "\\.buffer\\b"))

; The URL of another service of the app: its host has no dot.
((string . (string_fragment) @connects.locator .) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
((template_string . (string_fragment) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
