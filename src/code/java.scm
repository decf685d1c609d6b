; The environment. https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/System.html#getenv(java.lang.String)
((method_invocation object: (identifier) @_system name: (identifier) @_getenv arguments: (argument_list . (_) @reads-env.name)) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#gate! "getenv"))
((method_invocation object: (method_invocation object: (identifier) @_system name: (identifier) @_getenv arguments: (argument_list) @_none) name: (identifier) @_or arguments: (argument_list . (_) @reads-env.name . (_)? @reads-env.default)) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#eq? @_none "()") (#any-of? @_or "getOrDefault" "get") (#gate! "getenv"))
((method_invocation name: (identifier) @_or arguments: (argument_list . (method_invocation name: (identifier) @_getenv arguments: (argument_list . (string_literal) @reads-env.name)) @reads-env . (_) @reads-env.default))
  (#any-of? @_or "requireNonNullElse" "firstNonNull" "defaultString" "defaultIfBlank") (#eq? @_getenv "getenv") (#gate! "getenv"))
((method_invocation name: (identifier) @_require arguments: (argument_list . (method_invocation name: (identifier) @_getenv arguments: (argument_list . (string_literal) @reads-env.name)) @reads-env))
  (#eq? @_require "requireNonNull") (#eq? @_getenv "getenv") (#set! required) (#gate! "requireNonNull"))
((method_invocation object: (method_invocation name: (identifier) @_of arguments: (argument_list . (method_invocation name: (identifier) @_getenv arguments: (argument_list . (string_literal) @reads-env.name)) @reads-env)) name: (identifier) @_throw)
  (#eq? @_of "ofNullable") (#eq? @_getenv "getenv") (#eq? @_throw "orElseThrow") (#set! required) (#gate! "orElseThrow"))
((binary_expression left: (identifier) @requires.name operator: "==" right: (null_literal)) @requires (#gate! "throw|exit"))

((method_invocation object: (method_invocation name: (identifier) @_of arguments: (argument_list . (method_invocation name: (identifier) @_getenv arguments: (argument_list . (string_literal) @reads-env.name)))) name: (identifier) @_or arguments: (argument_list . (_) @reads-env.default)) @reads-env
  (#eq? @_of "ofNullable") (#eq? @_getenv "getenv") (#any-of? @_or "orElse" "orElseGet") (#gate! "orElse"))
((ternary_expression condition: (binary_expression left: (method_invocation name: (identifier) @_getenv arguments: (argument_list . (string_literal) @reads-env.name)) operator: "!=") alternative: (_) @reads-env.default) @reads-env
  (#eq? @_getenv "getenv") (#gate! "getenv"))
; Spring and MicroProfile put properties into fields; those that are named like variables are variables.
((annotation name: (_) @_value arguments: (annotation_argument_list . (string_literal) @reads-env.name)) @reads-env
  (#match? @_value "(^|\\.)Value$") (#match? @reads-env.name "\\$\\{[A-Z][A-Z0-9_]+[:}]") (#set! placeholder) (#gate! "@Value"))
((annotation name: (_) @_property arguments: (annotation_argument_list (element_value_pair key: (identifier) @_name value: (string_literal) @reads-env.name)) @_args) @reads-env
  (#match? @_property "(^|\\.)ConfigProperty$") (#eq? @_name "name") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#lacks-key? @_args "defaultValue") (#set! required) (#gate! "@ConfigProperty"))
((annotation name: (_) @_property arguments: (annotation_argument_list (element_value_pair key: (identifier) @_name value: (string_literal) @reads-env.name) (element_value_pair key: (identifier) @_default value: (string_literal) @reads-env.default))) @reads-env
  (#match? @_property "(^|\\.)ConfigProperty$") (#eq? @_name "name") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#eq? @_default "defaultValue") (#gate! "@ConfigProperty"))
((method_invocation name: (identifier) @_required arguments: (argument_list . (string_literal) @reads-env.name)) @reads-env
  (#eq? @_required "getRequiredProperty") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#set! required) (#gate! "getRequiredProperty"))
((method_invocation object: (identifier) @_dotenv name: (identifier) @_get arguments: (argument_list . (string_literal) @reads-env.name . (_)? @reads-env.default)) @reads-env
  (#eq? @_dotenv "dotenv") (#eq? @_get "get") (#gate! "dotenv"))

; Javalin, Vert.x, the JDK's server
((method_invocation name: (identifier) @_start arguments: (argument_list . (string_literal) @listens.host . (_) @listens.port)) @listens
  (#eq? @_start "start") (#file-has? "[jJ]avalin"))
((method_invocation name: (identifier) @_listen arguments: (argument_list . (_) @listens.port . (string_literal) @listens.host)) @listens
  (#eq? @_listen "listen") (#file-has? "vertx"))
((object_creation_expression type: (_) @_address arguments: (argument_list . (string_literal) @listens.host . (_) @listens.port)) @listens
  (#eq? @_address "InetSocketAddress") (#file-has? "HttpServer\\.create|ServerBuilder"))

; Logs in code
((object_creation_expression type: (_) @_handler arguments: (argument_list . (_) @logs.file)) @logs
  (#match? @_handler "(^|\\.)FileHandler$") (#set! sink "file") (#gate! "FileHandler"))

; Uploads. https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/web/multipart/MultipartFile.html
((method_invocation object: (_) @_file name: (identifier) @_transfer) @uploads
  (#eq? @_transfer "transferTo") (#match? @_file "(?i)(file|multipart|image|upload|avatar|photo)\\w*$") (#not-match? @_file "(?i)stream") (#set! by "transferTo") (#gate! "transferTo"))
((method_invocation object: (identifier) @_files name: (identifier) @_copy arguments: (argument_list . (method_invocation name: (identifier) @_stream))) @uploads
  (#eq? @_files "Files") (#eq? @_copy "copy") (#eq? @_stream "getInputStream") (#set! by "Files.copy") (#file-has? "MultipartFile"))

((method_invocation object: (identifier) @_files name: (identifier) @_copy arguments: (argument_list . (_) . (_) @uploads.path)) @uploads
  (#eq? @_files "Files") (#any-of? @_copy "copy" "move") (#not-match? @uploads.path "(?i)temp|tmp|out$|output") (#set! by "Files.copy") (#file-has? "MultipartFile|FileUpload|UploadedFile"))
((method_invocation object: (identifier) @_files name: (identifier) @_write arguments: (argument_list . (_) . (method_invocation name: (identifier) @_bytes))) @uploads
  (#eq? @_files "Files") (#eq? @_write "write") (#eq? @_bytes "getBytes") (#set! by "Files.write") (#file-has? "MultipartFile"))
((method_invocation name: (identifier) @_stream arguments: (argument_list (_) . (_) @uploads.path)) @uploads
  (#eq? @_stream "streamToFile") (#set! by "streamToFile") (#gate! "streamToFile"))

; Sessions
((object_creation_expression type: (_) @_repository) @session
  (#match? @_repository "(^|\\.)MapSessionRepository$") (#set! store "memory") (#set! by "MapSessionRepository") (#gate! "MapSessionRepository"))
((marker_annotation name: (_) @_enable) @session
  (#match? @_enable "(^|\\.)Enable(Redis|Jdbc|Mongo|Hazelcast)(Indexed)?(Http|Web)Session$") (#set! store "shared") (#gate! "Session"))
((annotation name: (_) @_enable) @session
  (#match? @_enable "(^|\\.)Enable(Redis|Jdbc|Mongo|Hazelcast)(Indexed)?(Http|Web)Session$") (#set! store "shared") (#gate! "Session"))

; Clients
((method_invocation object: (identifier) @_manager name: (identifier) @_get arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_manager "DriverManager" "MongoClients" "RedisClient" "RedisURI" "HttpHost" "Nats") (#any-of? @_get "getConnection" "create" "connect") (#gate! "DriverManager|MongoClients|RedisClient|RedisURI|HttpHost|Nats"))
((object_creation_expression type: (_) @_client arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_client "Jedis" "JedisPool" "MongoClient" "MongoClientURI" "HttpHost" "RedisStandaloneConfiguration" "LettuceConnectionFactory" "JedisPooled" "CachingConnectionFactory") (#gate! "Jedis|MongoClient|HttpHost|RedisStandaloneConfiguration|ConnectionFactory"))
((object_creation_expression type: (_) @_client arguments: (argument_list . (object_creation_expression) . (string_literal) @connects.locator)) @connects
  (#eq? @_client "JedisPool") (#gate! "JedisPool"))
((method_invocation name: (identifier) @_endpoint arguments: (argument_list . (string_literal) @connects.locator)) @connects
  (#any-of? @_endpoint "endpoint" "addContactPoint") (#file-has? "MinioClient|Cluster\\.builder"))
((method_invocation object: (_) @_factory name: (identifier) @_set arguments: (argument_list . (string_literal) @connects.locator)) @connects
  (#match? @_factory "(?i)factory|dataSource|config|hikari|ds$") (#any-of? @_set "setHost" "setJdbcUrl" "setUrl" "setHostName" "setUri") (#gate! "setHost|setJdbcUrl|setUrl|setHostName|setUri"))

((method_invocation name: (identifier) @_put arguments: (argument_list . (_) @_key . (string_literal) @connects.locator)) @connects
  (#any-of? @_put "put" "setProperty") (#match? @_key "BOOTSTRAP_SERVERS|bootstrap\\.servers") (#gate! "BOOTSTRAP_SERVERS|bootstrap\\.servers"))
((method_invocation name: (identifier) @_of arguments: (argument_list . (_) @_key . (string_literal) @connects.locator)) @connects
  (#eq? @_of "of") (#match? @_key "BOOTSTRAP_SERVERS") (#gate! "BOOTSTRAP_SERVERS"))
((string_literal) @connects.locator @connects (#match? @connects.locator "^.(jdbc:(postgresql|mysql|mariadb|sqlserver|oracle)|mongodb|rediss?|amqps?|nats|kafka|neo4j|bolt|ldaps?)://?[a-z0-9]") (#set! kind "url") (#gate! "://"))
; Datastores inside the process
((string_literal . (string_fragment) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:sqlite:") (#set! kind "SQLite") (#gate! "jdbc:sqlite"))
((string_literal . (string_fragment) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:h2:mem") (#set! kind "H2") (#set! in "memory") (#gate! "jdbc:h2"))
((string_literal . (string_fragment) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:h2:(file:|~|[.]|/)") (#set! kind "H2") (#gate! "jdbc:h2"))

; Schedulers
((method_declaration (modifiers (annotation name: (_) @_scheduled)) name: (identifier)) @schedules
  (#match? @_scheduled "(^|\\.)Scheduled$") (#set! by "@Scheduled") (#gate! "@Scheduled"))
((method_invocation object: (_) @_factory name: (identifier) @_get) @schedules
  (#match? @_factory "StdSchedulerFactory") (#any-of? @_get "getDefaultScheduler" "getScheduler") (#set! by "Quartz") (#gate! "StdSchedulerFactory"))
((annotation name: (_) @elects.name) @elects
  (#any-of? @elects.name "SchedulerLock" "EnableSchedulerLock") (#gate! "SchedulerLock"))

((method_invocation object: (object_creation_expression type: (_) @_factory) name: (identifier) @_get) @schedules
  (#eq? @_factory "StdSchedulerFactory") (#eq? @_get "getScheduler") (#set! by "Quartz") (#gate! "StdSchedulerFactory"))

; Migrations and schema when the code starts: Flyway, Liquibase, Hibernate
((method_invocation object: (method_invocation name: (identifier) @_load) name: (identifier) @_migrate) @migrates
  (#eq? @_load "load") (#eq? @_migrate "migrate") (#set! by "Flyway.migrate") (#file-has? "[fF]lyway"))
((method_invocation name: (identifier) @_set arguments: (argument_list . (string_literal) @_key . (string_literal) @_mode)) @syncs-schema
  (#any-of? @_set "setProperty" "put") (#match? @_key "hbm2ddl\\.auto") (#match? @_mode "^.update.$") (#set! by "hbm2ddl.auto: update") (#gate! "hbm2ddl"))
((method_invocation name: (identifier) @_set arguments: (argument_list . (string_literal) @_key . (string_literal) @_mode)) @syncs-schema
  (#any-of? @_set "setProperty" "put") (#match? @_key "hbm2ddl\\.auto") (#match? @_mode "^.create(-drop)?.$") (#set! by "hbm2ddl.auto: create") (#set! destructive) (#gate! "hbm2ddl"))

; Live connections: the sockets and the broker inside the process
((field_declaration type: (generic_type (type_arguments (type_identifier) @_session)) declarator: (variable_declarator name: (identifier) @_name)) @realtime
  (#any-of? @_session "WebSocketSession" "SseEmitter") (#match? @_name "(?i)sessions|clients|emitters|connections|users") (#set! by "WebSocketSession") (#gate! "WebSocketSession|SseEmitter"))
; Live connections: the broker inside the process
((method_invocation name: (identifier) @_enable) @realtime
  (#eq? @_enable "enableSimpleBroker") (#set! by "simple STOMP broker") (#gate! "enableSimpleBroker"))
((method_invocation name: (identifier) @adapts.name) @adapts
  (#eq? @adapts.name "enableStompBrokerRelay") (#gate! "enableStompBrokerRelay"))

((method_invocation object: (method_invocation name: (identifier) @_runtime) name: (identifier) @_hook) @handles-signal
  (#eq? @_runtime "getRuntime") (#eq? @_hook "addShutdownHook") (#gate! "addShutdownHook"))

((object_creation_expression type: (_) @_builder arguments: (argument_list . (string_literal) @runs-command.name)) @runs-command
  (#eq? @_builder "ProcessBuilder") (#gate! "ProcessBuilder"))
((object_creation_expression type: (_) @_builder arguments: (argument_list . (method_invocation name: (identifier) @_of arguments: (argument_list . (string_literal) @runs-command.name)))) @runs-command
  (#eq? @_builder "ProcessBuilder") (#any-of? @_of "of" "asList") (#gate! "ProcessBuilder"))
((method_invocation object: (object_creation_expression type: (_) @_builder) name: (identifier) @_command arguments: (argument_list . (string_literal) @runs-command.name)) @runs-command
  (#eq? @_builder "ProcessBuilder") (#eq? @_command "command") (#gate! "ProcessBuilder"))
((method_invocation object: (method_invocation name: (identifier) @_runtime) name: (identifier) @_exec arguments: (argument_list . (array_creation_expression value: (array_initializer . (string_literal) @runs-command.name)))) @runs-command
  (#eq? @_runtime "getRuntime") (#eq? @_exec "exec") (#gate! "getRuntime"))
((method_invocation object: (method_invocation name: (identifier) @_runtime) name: (identifier) @_exec arguments: (argument_list . (string_literal) @runs-command.name)) @runs-command
  (#eq? @_runtime "getRuntime") (#eq? @_exec "exec") (#gate! "getRuntime"))

; https://rabbitmq.github.io/rabbitmq-java-client/api/current/com/rabbitmq/client/Channel.html
((method_invocation name: (identifier) @_consume arguments: (argument_list . (_) . (true))) @auto-acks
  (#eq? @_consume "basicConsume") (#set! by "autoAck") (#gate! "basicConsume"))

((annotation name: (_) @_listener arguments: (annotation_argument_list (element_value_pair key: (identifier) @_ack value: (string_literal) @_none))) @auto-acks
  (#match? @_listener "RabbitListener$") (#eq? @_ack "ackMode") (#match? @_none "^.NONE.$") (#set! by "ackMode NONE") (#gate! "RabbitListener"))
((method_invocation name: (identifier) @_put arguments: (argument_list . (_) @_key . (_) @_true)) @auto-acks
  (#any-of? @_put "put" "setProperty") (#match? @_key "ENABLE_AUTO_COMMIT|enable\\.auto\\.commit") (#match? @_true "true") (#set! by "enable.auto.commit") (#gate! "ENABLE_AUTO_COMMIT|enable\\.auto\\.commit"))

((string_literal) @reads-file (#match? @reads-file "^\"/run/secrets") (#gate! "/run/secrets"))
((method_invocation name: (identifier) @calls.function arguments: (argument_list . (string_literal) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((variable_declarator name: (identifier) @defines.name value: (_) @defines.value) (#gate! "."))

((object_creation_expression type: (type_identifier) @_trigger) @schedules
  (#eq? @_trigger "CronTrigger") (#set! by "CronTrigger") (#file-has? "scheduling\\.support\\.CronTrigger|TaskScheduler"))
((object_creation_expression type: (type_identifier) @_builder) @embeds
  (#eq? @_builder "EmbeddedDatabaseBuilder") (#set! kind "H2") (#set! in "memory") (#gate! "EmbeddedDatabaseBuilder"))

; The URL of another service of the app: its host has no dot.
((string_literal . (string_fragment) @connects.locator .) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
