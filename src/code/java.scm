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
((if_statement condition: (parenthesized_expression (binary_expression left: (identifier) @requires.name operator: "==" right: (null_literal))) consequence: (block (throw_statement))) @requires (#gate! "throw"))

; Logs in code
((object_creation_expression type: (_) @_handler arguments: (argument_list . (_) @logs.file)) @logs
  (#eq? @_handler "FileHandler") (#set! sink "file") (#gate! "FileHandler"))

; Uploads. https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/web/multipart/MultipartFile.html
((method_invocation object: (_) @_file name: (identifier) @_transfer) @uploads
  (#eq? @_transfer "transferTo") (#match? @_file "(?i)file|multipart|image|upload|avatar|photo") (#set! by "transferTo") (#gate! "transferTo"))
((method_invocation object: (identifier) @_files name: (identifier) @_copy arguments: (argument_list . (method_invocation name: (identifier) @_stream))) @uploads
  (#eq? @_files "Files") (#eq? @_copy "copy") (#eq? @_stream "getInputStream") (#set! by "Files.copy") (#file-has? "MultipartFile"))

; Clients
((method_invocation object: (identifier) @_manager name: (identifier) @_get arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_manager "DriverManager" "MongoClients" "RedisClient" "RedisURI" "HttpHost" "Nats") (#any-of? @_get "getConnection" "create" "connect") (#gate! "DriverManager|MongoClients|RedisClient|RedisURI|HttpHost|Nats"))
((object_creation_expression type: (_) @_client arguments: (argument_list . (_) @connects.locator)) @connects
  (#any-of? @_client "Jedis" "JedisPool" "MongoClient" "MongoClientURI" "HttpHost" "RedisStandaloneConfiguration" "LettuceConnectionFactory") (#gate! "Jedis|MongoClient|HttpHost|RedisStandaloneConfiguration|LettuceConnectionFactory"))
((method_invocation object: (_) @_factory name: (identifier) @_set arguments: (argument_list . (string_literal) @connects.locator)) @connects
  (#match? @_factory "(?i)factory|dataSource|config|hikari|ds$") (#any-of? @_set "setHost" "setJdbcUrl" "setUrl" "setHostName" "setUri") (#gate! "setHost|setJdbcUrl|setUrl|setHostName|setUri"))

((method_invocation name: (identifier) @_put arguments: (argument_list . (_) @_key . (string_literal) @connects.locator)) @connects
  (#any-of? @_put "put" "setProperty") (#match? @_key "BOOTSTRAP_SERVERS|bootstrap\\.servers") (#gate! "BOOTSTRAP_SERVERS|bootstrap\\.servers"))
((string_literal) @connects.locator (#match? @connects.locator "^.(jdbc:(postgresql|mysql|mariadb|sqlserver|oracle)|mongodb|redis|amqps?)://?[a-z0-9]") (#gate! "://"))

; Schedulers
((method_declaration (modifiers (annotation name: (_) @_scheduled)) name: (identifier)) @schedules
  (#match? @_scheduled "(^|\\.)Scheduled$") (#set! by "@Scheduled") (#gate! "@Scheduled"))
((method_invocation object: (_) @_factory name: (identifier) @_get) @schedules
  (#match? @_factory "StdSchedulerFactory") (#any-of? @_get "getDefaultScheduler" "getScheduler") (#set! by "Quartz") (#gate! "StdSchedulerFactory"))
((annotation name: (_) @elects.name) @elects
  (#any-of? @elects.name "SchedulerLock" "EnableSchedulerLock") (#gate! "SchedulerLock"))

; Live connections: the broker inside the process
((method_invocation name: (identifier) @_enable) @realtime
  (#eq? @_enable "enableSimpleBroker") (#set! by "simple STOMP broker") (#gate! "enableSimpleBroker"))
((method_invocation name: (identifier) @adapts.name) @adapts
  (#eq? @adapts.name "enableStompBrokerRelay") (#gate! "enableStompBrokerRelay"))

((method_invocation object: (method_invocation name: (identifier) @_runtime) name: (identifier) @_hook) @handles-signal
  (#eq? @_runtime "getRuntime") (#eq? @_hook "addShutdownHook") (#gate! "addShutdownHook"))

((object_creation_expression type: (_) @_builder arguments: (argument_list . (string_literal) @runs-command.name)) @runs-command
  (#eq? @_builder "ProcessBuilder") (#gate! "ProcessBuilder"))
((method_invocation object: (method_invocation name: (identifier) @_runtime) name: (identifier) @_exec arguments: (argument_list . (string_literal) @runs-command.name)) @runs-command
  (#eq? @_runtime "getRuntime") (#eq? @_exec "exec") (#gate! "getRuntime"))

; https://rabbitmq.github.io/rabbitmq-java-client/api/current/com/rabbitmq/client/Channel.html
((method_invocation name: (identifier) @_consume arguments: (argument_list . (_) . (true))) @auto-acks
  (#eq? @_consume "basicConsume") (#set! by "autoAck") (#gate! "basicConsume"))

((string_literal) @reads-file (#match? @reads-file "^\"/run/secrets") (#gate! "/run/secrets"))
((method_invocation name: (identifier) @calls.function arguments: (argument_list . (string_literal) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((variable_declarator name: (identifier) @defines.name value: (_) @defines.value) (#gate! "."))
