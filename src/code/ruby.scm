; The environment. https://docs.ruby-lang.org/en/master/ENV.html
((element_reference object: (constant) @_env . (_) @reads-env.name) @reads-env
  (#eq? @_env "ENV") (#gate! "ENV"))
((binary left: (element_reference object: (constant) @_env . (_) @reads-env.name) operator: "||" right: (_) @reads-env.default) @reads-env
  (#eq? @_env "ENV") (#gate! "ENV"))
((call receiver: (constant) @_env method: (identifier) @_fetch arguments: (argument_list . (_) @reads-env.name .) !block) @reads-env
  (#eq? @_env "ENV") (#eq? @_fetch "fetch") (#set! required) (#gate! "ENV"))
((call receiver: (constant) @_env method: (identifier) @_fetch arguments: (argument_list . (_) @reads-env.name . (_) @reads-env.default)) @reads-env
  (#eq? @_env "ENV") (#eq? @_fetch "fetch") (#gate! "ENV"))
((call receiver: (constant) @_env method: (identifier) @_fetch arguments: (argument_list . (_) @reads-env.name) block: (_) @reads-env.default) @reads-env
  (#eq? @_env "ENV") (#eq? @_fetch "fetch") (#gate! "ENV"))
((call receiver: (constant) @_env method: (identifier) @_has arguments: (argument_list . (_) @reads-env.name)) @reads-env
  (#eq? @_env "ENV") (#any-of? @_has "key?" "has_key?" "include?") (#set! optional) (#gate! "ENV"))
((assignment left: (element_reference object: (constant) @_env . (_) @reads-env.name) @reads-env)
  (#eq? @_env "ENV") (#set! optional) (#gate! "ENV"))
((operator_assignment left: (element_reference object: (constant) @_env . (_) @reads-env.name) right: (_) @reads-env.default) @reads-env
  (#eq? @_env "ENV") (#set! optional) (#gate! "ENV"))

((call receiver: (_) @_dotenv method: (identifier) @_overload) @loads-dotenv
  (#any-of? @_dotenv "Dotenv" "Dotenv::Rails" "Dotenv::Railtie") (#any-of? @_overload "overload" "overload!") (#set! override) (#set! by "Dotenv.overload") (#gate! "Dotenv"))
((call receiver: (constant) @_dotenv method: (identifier) @_load) @loads-dotenv
  (#eq? @_dotenv "Dotenv") (#any-of? @_load "load" "load!") (#gate! "Dotenv"))

; Sinatra, Puma
((call method: (identifier) @_set arguments: (argument_list . (simple_symbol) @_bind . (_) @listens.host)) @listens
  (#eq? @_set "set") (#eq? @_bind ":bind") (#gate! ":bind"))
((call method: (identifier) @_set arguments: (argument_list . (simple_symbol) @_port . (_) @listens.port)) @listens
  (#eq? @_set "set") (#eq? @_port ":port") (#gate! ":port"))
((call !receiver method: (identifier) @_bind arguments: (argument_list . (string) @listens.host)) @listens
  (#eq? @_bind "bind") (#match? @listens.host "tcp://") (#gate! "bind"))
((call !receiver method: (identifier) @_bind arguments: (argument_list . (string) @listens.path)) @listens
  (#eq? @_bind "bind") (#match? @listens.path "unix://") (#gate! "bind"))

; Logs
((call receiver: (_) @_logger method: (identifier) @_new arguments: (argument_list . [(string) (call)] @logs.file)) @logs
  (#match? @_logger "^(::)?(ActiveSupport::)?Logger$") (#eq? @_new "new") (#not-match? @logs.file "STDOUT|STDERR|dev/std|IO::NULL|nil") (#set! sink "file") (#gate! "Logger\\.new"))
((call receiver: (_) @_logger method: (identifier) @_new arguments: (argument_list . [(constant) (global_variable)] @_out)) @logs
  (#match? @_logger "Logger$") (#eq? @_new "new") (#any-of? @_out "STDOUT" "STDERR" "$stdout" "$stderr") (#set! sink "stdout") (#gate! "Logger\\.new"))

((assignment left: (call method: (identifier) @_logger) right: (call receiver: (_) @_logger2 method: (identifier) @_new arguments: (argument_list . (_) @logs.file))) @logs
  (#eq? @_logger "logger") (#match? @_logger2 "Logger$") (#eq? @_new "new") (#match? @logs.file "Rails\\.root|\\.log") (#set! sink "file") (#gate! "Logger\\.new"))

; Sessions. https://guides.rubyonrails.org/configuring.html#config-session-store
((call method: (identifier) @_store arguments: (argument_list . (simple_symbol) @_cache)) @session
  (#eq? @_store "session_store") (#eq? @_cache ":cache_store") (#set! store "cache") (#set! by "cache_store") (#gate! "session_store"))
((call method: (identifier) @_use arguments: (argument_list . (scope_resolution) @_pool)) @session
  (#any-of? @_use "use" "enable") (#match? @_pool "Rack::Session::Pool") (#set! store "memory") (#set! by "Rack::Session::Pool") (#gate! "Session::Pool"))
((assignment left: (call method: (identifier) @_cache) right: [(simple_symbol) (array . (simple_symbol))] @session.store) @session
  (#eq? @_cache "cache_store") (#match? @session.store "^\\[?:(memory_store|file_store)") (#set! kind "cache") (#gate! "cache_store"))

; Active Storage
((assignment left: (call receiver: (call method: (identifier) @_storage) method: (identifier) @_service) right: (simple_symbol) @uploads.path) @uploads
  (#eq? @_storage "active_storage") (#eq? @_service "service") (#eq? @uploads.path ":local") (#set! by "active_storage") (#gate! "active_storage"))

; CarrierWave, Shrine; files written by hand
((call !receiver method: (identifier) @_storage arguments: (argument_list . (simple_symbol) @uploads.path .)) @uploads
  (#eq? @_storage "storage") (#eq? @uploads.path ":file") (#set! by "carrierwave") (#file-has? "CarrierWave"))
((call receiver: (_) @_system method: (identifier) @_new arguments: (argument_list . (string) @uploads.path)) @uploads
  (#match? @_system "Storage::FileSystem$") (#eq? @_new "new") (#not-match? @uploads.path "tmp") (#set! by "shrine") (#gate! "FileSystem"))
((call receiver: (constant) @_file method: (identifier) @_open arguments: (argument_list . (_) @uploads.path . (string) @_mode)) @uploads
  (#eq? @_file "File") (#any-of? @_open "open" "write" "binwrite" "new") (#match? @_mode "w") (#match? @uploads.path "(?i)upload|original_filename") (#set! by "File.open") (#gate! "File\\.(open|write|binwrite)"))
((call receiver: (constant) @_utils method: (identifier) @_copy arguments: (argument_list . (_) . (_) @uploads.path)) @uploads
  (#eq? @_utils "FileUtils") (#any-of? @_copy "cp" "mv" "copy" "move") (#match? @uploads.path "(?i)upload") (#set! by "FileUtils") (#gate! "FileUtils"))

; Clients
((call receiver: (_) @_client method: (identifier) @_new arguments: (argument_list (pair key: (hash_key_symbol) @_key value: (array) @connects.locator))) @connects
  (#match? @_client "Client$|^Kafka$") (#any-of? @_new "new" "connect") (#any-of? @_key "hosts" "url" "urls" "servers" "seed_brokers") (#gate! "Client|Kafka"))
((call receiver: (constant) @_kafka method: (identifier) @_new arguments: (argument_list . (array) @connects.locator)) @connects
  (#eq? @_kafka "Kafka") (#eq? @_new "new") (#gate! "Kafka"))
((assignment left: (call method: (identifier) @_store) right: (_ . (simple_symbol) @_kind . (string) @connects.locator)) @connects
  (#eq? @_store "cache_store") (#match? @_kind "mem_cache_store|redis") (#gate! "cache_store"))
((pair key: (hash_key_symbol) @_address value: (string) @connects.locator) @connects
  (#eq? @_address "address") (#file-has? "smtp_settings"))
((string . (string_content) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://[^ %]+$") (#set! kind "url") (#gate! "(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://"))
((call receiver: (_) @_client method: (identifier) @_new arguments: (argument_list (pair key: (hash_key_symbol) @_key value: (_) @connects.locator))) @connects
  (#match? @_client "^(Redis|Bunny|PG|Mysql2::Client|Mongo::Client|Elasticsearch::Client|Dalli::Client|Sequel)$") (#any-of? @_new "new" "connect") (#any-of? @_key "url" "host" "uri") (#gate! "Redis|Bunny|PG\\.|Mysql2|Mongo|Elasticsearch|Dalli|Sequel"))
((call receiver: (_) @_client method: (identifier) @_new arguments: (argument_list . (string) @connects.locator)) @connects
  (#match? @_client "^(Bunny|PG|Mongo::Client|Dalli::Client|Sequel)$") (#any-of? @_new "new" "connect") (#gate! "Bunny|PG\\.|Mongo|Dalli|Sequel"))
((assignment left: (call method: (identifier) @_redis) right: (hash (pair key: (hash_key_symbol) @_url value: (_) @connects.locator))) @connects
  (#eq? @_redis "redis") (#eq? @_url "url") (#gate! "redis"))

((call receiver: (scope_resolution) @_sqlite method: (identifier) @_new arguments: (argument_list . (_) @embeds.path)) @embeds
  (#eq? @_sqlite "SQLite3::Database") (#any-of? @_new "new" "open") (#set! kind "SQLite") (#gate! "SQLite3"))

((call receiver: (_) @_queue method: (identifier) @_subscribe arguments: (argument_list (pair key: (hash_key_symbol) @_ack value: (false)))) @auto-acks
  (#eq? @_subscribe "subscribe") (#eq? @_ack "manual_ack") (#set! by "manual_ack") (#gate! "manual_ack"))
((call receiver: (_) method: (identifier) @_perform) @enqueues
  (#any-of? @_perform "perform_async" "perform_in" "perform_at") (#set! by "sidekiq") (#gate! "perform_(async|in|at)"))

; Schedulers. https://github.com/jmettraux/rufus-scheduler
((call receiver: (scope_resolution) @_rufus method: (identifier) @_new) @schedules
  (#eq? @_rufus "Rufus::Scheduler") (#any-of? @_new "new" "singleton" "s") (#set! by "rufus-scheduler") (#gate! "Rufus"))

((call receiver: (constant) @_clockwork method: (identifier) @_every) @schedules
  (#eq? @_clockwork "Clockwork") (#eq? @_every "every") (#set! by "clockwork") (#gate! "Clockwork"))

; Migrations when the code starts
((call receiver: (_) @_context method: (identifier) @_migrate) @migrates
  (#match? @_context "Migration(Context|er)|Tasks::DatabaseTasks$") (#eq? @_migrate "migrate") (#set! by "migrate") (#gate! "Migration|DatabaseTasks"))
; A way in
((call receiver: (identifier) @_binding method: (identifier) @_pry) @backdoor
  (#eq? @_binding "binding") (#eq? @_pry "remote_pry") (#set! by "remote_pry") (#gate! "remote_pry"))

; https://guides.rubyonrails.org/active_job_basics.html#backends
((assignment left: (call method: (identifier) @_adapter) right: (simple_symbol) @inline-jobs.name) @inline-jobs
  (#eq? @_adapter "queue_adapter") (#any-of? @inline-jobs.name ":async" ":inline") (#gate! "queue_adapter"))

((call method: (identifier) @_trap arguments: (argument_list . (_) @handles-signal.signal)) @handles-signal
  (#eq? @_trap "trap") (#gate! "trap"))

((call method: (identifier) @_system arguments: (argument_list . (string) @runs-command.name)) @runs-command
  (#any-of? @_system "system" "spawn" "exec" "capture2" "capture3" "capture2e" "popen3") (#gate! "system|spawn|exec|capture|popen3"))
((subshell) @runs-command (#gate! "`"))

((string (string_content) @reads-file.name) @reads-file (#match? @reads-file.name "^/run/secrets") (#gate! "/run/secrets"))
; Comparisons with the name of an environment
((binary left: (_) @compares.name operator: ["==" "!="] right: (string) @compares.value) @compares (#file-has? "(APP|DEPLOY|RUN|NODE|GO|DJANGO|FLASK|RAILS|RACK)_?ENV|ENVIRONMENT|APP_STAGE|\\bSTAGE\\b"))

; Logs over the network
((call receiver: (_) @logs.name method: (identifier) @_new) @logs
  (#match? @logs.name "^(LogStashLogger|GELF::Logger|RemoteSyslogLogger|Fluent::Logger::FluentLogger|SyslogLogger)$") (#any-of? @_new "new" "open") (#set! sink "network") (#gate! "LogStashLogger|GELF|Syslog|Fluent"))

((call method: (identifier) @calls.function arguments: (argument_list . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((assignment left: [(identifier) (constant)] @defines.name right: (_) @defines.value) (#gate! "."))

; Jobs that only this process knows of
((assignment left: (call method: (identifier) @_adapter) right: (simple_symbol) @inline-jobs.name) @inline-jobs
  (#eq? @_adapter "queue_adapter") (#any-of? @inline-jobs.name ":sucker_punch") (#gate! "sucker_punch"))

; ActiveRecord and Sequel without Rails
((call receiver: (_) @_base method: (identifier) @_establish arguments: (argument_list (pair key: (hash_key_symbol) @_host value: (_) @connects.locator))) @connects
  (#eq? @_base "ActiveRecord::Base") (#eq? @_establish "establish_connection") (#any-of? @_host "host" "url") (#gate! "establish_connection"))
((call receiver: (constant) @_sequel method: (identifier) @_sqlite arguments: (argument_list . (_) @embeds.path)) @embeds
  (#eq? @_sequel "Sequel") (#eq? @_sqlite "sqlite") (#set! kind "SQLite") (#gate! "Sequel\\.sqlite"))
((call receiver: (constant) @_dotenv method: (identifier) @_load arguments: (argument_list (pair key: (hash_key_symbol) @_overwrite value: (true)))) @loads-dotenv
  (#eq? @_dotenv "Dotenv") (#eq? @_load "load") (#any-of? @_overwrite "overwrite") (#set! override) (#set! by "Dotenv.load") (#gate! "Dotenv"))

; The URL of another service of the app: its host has no dot.
((string . (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
