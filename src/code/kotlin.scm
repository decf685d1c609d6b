; The environment
((call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#gate! "getenv"))
((binary_expression left: (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) operator: "?:" right: (_) @reads-env.default) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#not-match? @reads-env.default "^(error|throw)") (#gate! "getenv"))
((binary_expression left: (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) operator: "?:" right: (_) @_fails) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#match? @_fails "^(error|throw)") (#set! required) (#gate! "getenv"))
((unary_expression (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name)))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#match? @reads-env "!!$") (#set! required) (#gate! "getenv"))

((call_expression (navigation_expression (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv)) (identifier) @_or) (value_arguments . (value_argument (string_literal) @reads-env.name) . (value_argument (_) @reads-env.default))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#eq? @_or "getOrDefault") (#gate! "getOrDefault"))
((call_expression (navigation_expression (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv)) (identifier) @_value) (value_arguments . (value_argument (string_literal) @reads-env.name))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#eq? @_value "getValue") (#set! required) (#gate! "getValue"))
((index_expression (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv)) (string_literal) @reads-env.name) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#gate! "getenv"))
((call_expression (call_expression (identifier) @_require (value_arguments . (value_argument (call_expression (navigation_expression (identifier) (identifier) @_getenv) (value_arguments . (value_argument (string_literal) @reads-env.name))) @reads-env))))
  (#any-of? @_require "requireNotNull" "checkNotNull") (#eq? @_getenv "getenv") (#set! required) (#gate! "NotNull"))
((call_expression (identifier) @_require (value_arguments . (value_argument (call_expression (navigation_expression (identifier) (identifier) @_getenv) (value_arguments . (value_argument (string_literal) @reads-env.name))) @reads-env)))
  (#any-of? @_require "requireNotNull" "checkNotNull") (#eq? @_getenv "getenv") (#set! required) (#gate! "NotNull"))
((annotation (constructor_invocation (user_type (identifier) @_value) (value_arguments . (value_argument (string_literal) @reads-env.name)))) @reads-env
  (#eq? @_value "Value") (#match? @reads-env.name "\\$\\{[A-Z][A-Z0-9_]+[:}]") (#set! placeholder) (#gate! "@Value"))

; Sessions of Ktor
((call_expression (identifier) @_storage) @session
  (#eq? @_storage "SessionStorageMemory") (#set! store "memory") (#set! by "SessionStorageMemory") (#gate! "SessionStorageMemory"))
((call_expression (identifier) @_storage) @session
  (#eq? @_storage "directorySessionStorage") (#set! store "files") (#set! by "directorySessionStorage") (#gate! "directorySessionStorage"))

; Live connections
((call_expression (navigation_expression (_) (identifier) @_enable)) @realtime
  (#eq? @_enable "enableSimpleBroker") (#set! by "simple STOMP broker") (#gate! "enableSimpleBroker"))
((call_expression (navigation_expression (_) (identifier) @adapts.name)) @adapts
  (#eq? @adapts.name "enableStompBrokerRelay") (#gate! "enableStompBrokerRelay"))
((property_declaration (variable_declaration (identifier) @_name) (call_expression (type_arguments) @_type)) @realtime
  (#match? @_type "WebSocketSession|SseEmitter|DefaultWebSocketServerSession") (#match? @_name "(?i)sessions|clients|connections|emitters") (#set! by "WebSocketSession") (#gate! "SocketSession|SocketServerSession|SseEmitter"))

; Ktor
((call_expression (identifier) @_embedded (value_arguments (value_argument (identifier) @_port (_) @listens.port))) @listens
  (#eq? @_embedded "embeddedServer") (#eq? @_port "port") (#gate! "embeddedServer"))
((call_expression (identifier) @_embedded (value_arguments (value_argument (identifier) @_host (_) @listens.host))) @listens
  (#eq? @_embedded "embeddedServer") (#eq? @_host "host") (#gate! "embeddedServer"))

((call_expression (navigation_expression (_) @_file (identifier) @_transfer)) @uploads
  (#eq? @_transfer "transferTo") (#match? @_file "(?i)file|multipart|image|upload|avatar|photo") (#set! by "transferTo") (#gate! "transferTo"))

((call_expression (navigation_expression (identifier) @_manager (identifier) @_get) (value_arguments . (value_argument (_) @connects.locator))) @connects
  (#any-of? @_manager "DriverManager" "Database" "MongoClients" "KMongo" "RedisClient") (#any-of? @_get "getConnection" "connect" "create" "createClient") (#gate! "DriverManager|Database\\.connect|MongoClients|KMongo|RedisClient"))
((assignment (_) @_url (string_literal) @connects.locator) @connects
  (#match? @_url "(^|\\.)jdbcUrl$") (#gate! "jdbcUrl"))

((call_expression (identifier) @_client (value_arguments . (value_argument (string_literal) @connects.locator))) @connects
  (#any-of? @_client "LettuceConnectionFactory" "JedisPool" "Jedis" "JedisPooled" "CachingConnectionFactory" "RedisStandaloneConfiguration") (#gate! "ConnectionFactory|Jedis|RedisStandalone"))
((string_literal . (string_content) @connects.locator .) @connects
  (#match? @connects.locator "^(jdbc:(postgresql|mysql|mariadb|sqlserver|oracle)|mongodb|rediss?|amqps?|nats|kafka|neo4j|bolt)://?[a-z0-9]") (#set! kind "url") (#gate! "://"))
; Datastores inside the process
((string_literal . (string_content) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:sqlite:") (#set! kind "SQLite") (#gate! "jdbc:sqlite"))
((string_literal . (string_content) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:h2:mem") (#set! kind "H2") (#set! in "memory") (#gate! "jdbc:h2"))
((string_literal . (string_content) @embeds.path .) @embeds (#match? @embeds.path "^jdbc:h2:(file:|~|[.]|/)") (#set! kind "H2") (#gate! "jdbc:h2"))
; Uploads
((call_expression (navigation_expression (identifier) @_files (identifier) @_copy) (value_arguments . (value_argument) . (value_argument (_) @uploads.path))) @uploads
  (#eq? @_files "Files") (#any-of? @_copy "copy" "move") (#match? @uploads.path "(?i)upload|originalFilename|media") (#set! by "Files.copy") (#gate! "Files\\.(copy|move)"))
((call_expression (identifier) @_file (value_arguments . (value_argument (string_literal) @uploads.path))) @uploads
  (#eq? @_file "File") (#match? @uploads.path "(?i)uploads?/.*[$]") (#set! by "File") (#file-has? "[oO]riginalFile[nN]ame"))
((call_expression (navigation_expression (call_expression (navigation_expression) (value_arguments)) (identifier) @_migrate)) @migrates
  (#eq? @_migrate "migrate") (#set! by "Flyway.migrate") (#file-has? "Flyway"))
((call_expression (navigation_expression (identifier) @_utils (identifier) @_create)) @syncs-schema
  (#eq? @_utils "SchemaUtils") (#eq? @_create "create") (#set! by "SchemaUtils.create") (#gate! "SchemaUtils\\.create"))
((call_expression (identifier) @_builder (value_arguments . (value_argument (call_expression (identifier) @_list (value_arguments . (value_argument (string_literal) @runs-command.name)))))) @runs-command
  (#eq? @_builder "ProcessBuilder") (#eq? @_list "listOf") (#gate! "ProcessBuilder"))
((call_expression (navigation_expression (call_expression (navigation_expression (_) (identifier) @_runtime)) (identifier) @_exec) (value_arguments . (value_argument (string_literal) @runs-command.name))) @runs-command
  (#eq? @_runtime "getRuntime") (#eq? @_exec "exec") (#gate! "getRuntime"))
((call_expression (navigation_expression (_) (identifier) @_consume) (value_arguments . (value_argument) . (value_argument) @_true)) @auto-acks
  (#eq? @_consume "basicConsume") (#eq? @_true "true") (#set! by "autoAck") (#gate! "basicConsume"))
((infix_expression (_) @_key (identifier) @_to (string_literal) @connects.locator) @connects
  (#match? @_key "BOOTSTRAP_SERVERS|bootstrap\\.servers") (#eq? @_to "to") (#gate! "BOOTSTRAP_SERVERS|bootstrap\\.servers"))
((annotation (constructor_invocation (user_type (identifier) @_scheduled))) @schedules
  (#eq? @_scheduled "Scheduled") (#set! by "@Scheduled") (#gate! "@Scheduled"))
((annotation (constructor_invocation (user_type (identifier) @elects.name))) @elects
  (#any-of? @elects.name "SchedulerLock" "EnableSchedulerLock") (#gate! "SchedulerLock"))
((call_expression (navigation_expression (_) (identifier) @_hook)) @handles-signal
  (#eq? @_hook "addShutdownHook") (#gate! "addShutdownHook"))
((call_expression (navigation_expression (_) (identifier) @_create)) @syncs-schema
  (#any-of? @_create "createMissingTablesAndColumns") (#set! by "createMissingTablesAndColumns") (#gate! "createMissingTablesAndColumns"))
((call_expression (identifier) @_builder (value_arguments . (value_argument (string_literal) @runs-command.name))) @runs-command
  (#eq? @_builder "ProcessBuilder") (#gate! "ProcessBuilder"))
((string_literal) @reads-file (#match? @reads-file "^\"/run/secrets") (#gate! "/run/secrets"))
((call_expression (identifier) @calls.function (value_arguments . (value_argument (string_literal) @calls.name) . (value_argument (_) @calls.default)?)) @calls (#gate! "."))
((property_declaration (variable_declaration (identifier) @defines.name) (_) @defines.value) (#gate! "."))

; The URL of another service of the app: its host has no dot.
((string_literal . (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
