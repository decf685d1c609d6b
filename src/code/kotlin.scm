; The environment
((call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#gate! "getenv"))
((binary_expression left: (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) operator: "?:" right: (_) @reads-env.default) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#not-match? @reads-env.default "^(error|throw)") (#gate! "getenv"))
((binary_expression left: (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name))) operator: "?:" right: (_) @_fails) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#match? @_fails "^(error|throw)") (#set! required) (#gate! "getenv"))
((unary_expression (call_expression (navigation_expression (identifier) @_system (identifier) @_getenv) (value_arguments . (value_argument (_) @reads-env.name)))) @reads-env
  (#eq? @_system "System") (#eq? @_getenv "getenv") (#match? @reads-env "!!$") (#set! required) (#gate! "getenv"))

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
