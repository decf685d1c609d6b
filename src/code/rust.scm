; The environment. https://doc.rust-lang.org/std/env/fn.var.html
((call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#any-of? @_var "var" "var_os") (#gate! "env::var|dotenvy?::var"))
((call_expression function: (field_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) field: (field_identifier) @_expect)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#any-of? @_expect "expect" "unwrap") (#set! required) (#gate! "env::var|dotenvy?::var"))
((call_expression function: (field_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) field: (field_identifier) @_or) arguments: (arguments . (_) @reads-env.default)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#any-of? @_or "unwrap_or" "unwrap_or_else" "unwrap_or_default" "ok" "map_or") (#gate! "env::var|dotenvy?::var"))
((try_expression (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name))) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#set! required) (#gate! "env::var|dotenvy?::var"))
((try_expression (call_expression function: (field_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) field: (field_identifier) @_context))) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#any-of? @_var "var" "var_os") (#any-of? @_context "context" "with_context" "map_err" "wrap_err" "ok_or" "ok_or_else") (#set! required) (#gate! "env::var|dotenvy?::var"))
((let_declaration value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) @reads-env alternative: (block) @_else)
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#match? @_else "panic|exit|bail") (#set! required) (#gate! "env::var"))
((let_declaration value: (match_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) @reads-env body: (match_block) @_arms))
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#match? @_arms "Err[^,]*=>\\s*(panic|std::process::exit|process::exit)") (#set! required) (#gate! "env::var"))
; clap's #[arg(env = "X")], clap(env)
((field_declaration_list (attribute_item (attribute (identifier) @_clap arguments: (token_tree (identifier) @_env . (string_literal) @reads-env.name) @_args)) . (field_declaration type: (_) @_type))
  (#any-of? @_clap "clap" "arg" "structopt") (#eq? @_env "env") (#not-match? @_args "default_value") (#not-match? @_type "^(Option|bool|Vec)") (#set! required) (#gate! "env ="))
((field_declaration_list (attribute_item (attribute (identifier) @_clap arguments: (token_tree (identifier) @_env . (string_literal) @reads-env.name (identifier) @_default . (string_literal) @reads-env.default))))
  (#any-of? @_clap "clap" "arg" "structopt") (#eq? @_env "env") (#eq? @_default "default_value") (#gate! "env ="))

((call_expression function: (scoped_identifier path: (_) @_dotenv name: (identifier) @_override)) @loads-dotenv
  (#match? @_dotenv "dotenvy?$") (#match? @_override "override$") (#set! override) (#set! by "dotenv_override") (#gate! "dotenv"))
((call_expression function: (scoped_identifier path: (_) @_dotenv name: (identifier) @_load)) @loads-dotenv
  (#match? @_dotenv "dotenvy?$") (#any-of? @_load "dotenv" "load") (#gate! "dotenv"))

; Axum, Actix, hyper, Rocket, Warp
((call_expression function: (scoped_identifier path: (_) @_address name: (identifier) @_from) arguments: (arguments . (tuple_expression . (array_expression . (integer_literal) @_first) @listens.host))) @listens
  (#match? @_address "SocketAddr$") (#eq? @_from "from") (#eq? @_first "127") (#set! loopback) (#set! server "SocketAddr") (#gate! "SocketAddr::from"))
((call_expression function: (field_expression value: (call_expression function: (_) @_serve) field: (field_identifier) @_run) arguments: (arguments . (tuple_expression . (array_expression . (integer_literal) @_first)))) @listens
  (#eq? @_serve "warp::serve") (#eq? @_run "run") (#eq? @_first "127") (#set! loopback) (#set! server "warp") (#gate! "warp::serve"))
((call_expression function: (scoped_identifier path: (_) @_listener name: (identifier) @_bind) arguments: (arguments . (_) @listens.host)) @listens
  (#match? @_listener "TcpListener$|^Server$") (#eq? @_bind "bind") (#gate! "::bind"))
((call_expression function: [(scoped_identifier name: (identifier) @_bind) (field_expression field: (field_identifier) @_bind)] arguments: (arguments . (_) @listens.host)) @listens
  (#match? @_bind "^(try_)?bind$") (#match? @listens.host "\\bIpv[46]Addr::LOCALHOST\\b") (#set! loopback) (#set! server "SocketAddr") (#gate! "Addr::LOCALHOST"))
((call_expression function: (field_expression value: (_) @_server field: (field_identifier) @_bind) arguments: (arguments . [(tuple_expression . (_) @listens.host) (string_literal) @listens.host])) @listens
  (#match? @_server "HttpServer") (#eq? @_bind "bind") (#gate! "HttpServer"))

((call_expression function: (scoped_identifier path: (identifier) @_rocket name: (identifier) @_build)) @listens
  (#eq? @_rocket "rocket") (#any-of? @_build "build" "ignite") (#set! loopback) (#set! server "Rocket") (#gate! "rocket::"))
((field_initializer field: (field_identifier) @_ack value: (boolean_literal) @_true) @auto-acks
  (#eq? @_ack "no_ack") (#eq? @_true "true") (#set! by "no_ack") (#gate! "no_ack"))
((call_expression function: (scoped_identifier path: (_) @_appender name: (identifier) @_new) arguments: (arguments . (_) @logs.file)) @logs
  (#match? @_appender "(tracing_appender::rolling|rolling)$") (#any-of? @_new "daily" "hourly" "minutely" "never") (#set! sink "file") (#gate! "rolling::"))
((call_expression function: (scoped_identifier path: (_) @_appender name: (identifier) @_new)) @logs
  (#match? @_appender "(FileAppender|RollingFileAppender)$") (#any-of? @_new "builder" "new") (#set! sink "file") (#gate! "FileAppender"))
((call_expression function: (scoped_identifier path: (_) @_logger name: (identifier) @_init) arguments: (arguments (_) . (_) . (call_expression arguments: (arguments . (string_literal) @logs.file)))) @logs
  (#match? @_logger "WriteLogger$") (#any-of? @_init "init" "new") (#set! sink "file") (#gate! "WriteLogger"))
((call_expression function: (scoped_identifier path: (_) @_fmt name: (identifier) @_init)) @logs
  (#match? @_fmt "^(tracing_subscriber::fmt|env_logger)$") (#eq? @_init "init") (#set! sink "stdout") (#gate! "tracing_subscriber|env_logger"))

((call_expression function: (scoped_identifier path: (_) @_store name: (identifier) @_new)) @session
  (#match? @_store "(^|::)(MemoryStore|MemorySessionStore)$") (#any-of? @_new "default" "new") (#set! store "memory") (#set! by "MemoryStore") (#gate! "MemoryS"))

((call_expression function: (scoped_identifier path: (_) @_client name: (identifier) @_open) arguments: (arguments . (_) @connects.locator)) @connects
  (#match? @_client "(^|::)(PgPool|MySqlPool|PgConnection|Client|Pool|Database|Connection|ConnectionManager)(::<.*>)?$") (#any-of? @_open "connect" "open" "with_uri_str" "new" "establish" "connect_lazy") (#match? @connects.locator "url|uri|dsn|\"[a-z]+://|addr") (#gate! "connect|open|with_uri_str|::new|establish"))
((string_literal . (string_content) @connects.locator .) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://[^ {]+$") (#set! kind "url") (#gate! "\"(postgres(ql)?|mysql|mariadb|mongodb(\\+srv)?|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|sqlserver|cassandra|couchdb|influxdb)://"))
((call_expression function: (field_expression value: (_) @_options field: (field_identifier) @_set) arguments: (arguments . (string_literal) @_key . (string_literal) @connects.locator)) @connects
  (#eq? @_set "set") (#match? @_key "bootstrap\\.servers") (#gate! "bootstrap\\.servers"))
((string_literal . (string_content) @embeds.path .) @embeds
  (#match? @embeds.path "^sqlite:[^ {]*[A-Za-z0-9_]+$") (#set! kind "SQLite") (#gate! "\"sqlite:"))
((call_expression function: (scoped_identifier path: (_) @_rocks name: (identifier) @_open) arguments: (arguments (_) @embeds.path)) @embeds
  (#match? @_rocks "(^|::)DB$") (#any-of? @_open "open" "open_default") (#set! kind "LevelDB") (#file-has? "rocksdb"))
((call_expression function: (scoped_identifier path: (_) @_sqlite name: (identifier) @_open) arguments: (arguments . (_) @embeds.path)) @embeds
  (#match? @_sqlite "(^|::)(SqlitePool|SqliteConnection)$|rusqlite::Connection$") (#any-of? @_open "connect" "open" "establish" "connect_lazy") (#set! kind "SQLite") (#gate! "[sS]qlite"))
((call_expression function: (scoped_identifier path: (_) @_sled name: (identifier) @_open) arguments: (arguments . (_) @embeds.path)) @embeds
  (#eq? @_sled "sled") (#eq? @_open "open") (#set! kind "sled") (#gate! "sled::open"))

; Uploads
((call_expression function: (scoped_identifier path: (_) @_fs name: (identifier) @_write) arguments: (arguments . (_) @uploads.path)) @uploads
  (#match? @_fs "(^|::)(fs|File)$") (#any-of? @_write "write" "create") (#match? @uploads.path "(?i)uploads?/|upload_dir|file_name|filename") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "fs::write") (#file-has? "[mM]ultipart|TempFile"))
((call_expression function: (field_expression field: (field_identifier) @_persist) arguments: (arguments . (_) @uploads.path)) @uploads
  (#any-of? @_persist "persist_to" "copy_to" "move_copy_to") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "persist_to") (#file-has? "TempFile|NamedTempFile"))
; A temporary file alone may be anything's: https://docs.rs/actix-multipart
((call_expression function: (field_expression field: (field_identifier) @_persist) arguments: (arguments . (_) @uploads.path)) @uploads
  (#eq? @_persist "persist") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "persist_to") (#file-has? "[mM]ultipart"))
; Migrations when the code starts: SQLx, Diesel, SeaORM
((call_expression function: (field_expression value: (macro_invocation macro: (_) @_macro) field: (field_identifier) @_run)) @migrates
  (#match? @_macro "(^|::)migrate$") (#eq? @_run "run") (#set! by "migrate!") (#gate! "migrate!"))
((call_expression function: (field_expression field: (field_identifier) @_run)) @migrates
  (#eq? @_run "run_pending_migrations") (#set! by "run_pending_migrations") (#gate! "run_pending_migrations"))
((call_expression function: [(identifier) @_run (scoped_identifier name: (identifier) @_run) (field_expression field: (field_identifier) @_run)]) @migrates
  (#any-of? @_run "run_migrations" "apply_migrations" "run_db_migrations" "migrate_database") (#set! by "run_migrations") (#set! own) (#gate! "migrations\\(|migrate_database"))
((macro_invocation macro: (_) @_run) @migrates
  (#match? @_run "(^|::)run_migrations$") (#set! by "run_migrations!") (#set! own) (#gate! "run_migrations!"))
((call_expression function: (scoped_identifier path: (identifier) @_migrator name: (identifier) @_up)) @migrates
  (#eq? @_migrator "Migrator") (#eq? @_up "up") (#set! by "Migrator::up") (#gate! "Migrator::up"))
((call_expression function: (scoped_identifier path: (identifier) @_migrator name: (identifier) @_fresh)) @syncs-schema
  (#eq? @_migrator "Migrator") (#any-of? @_fresh "fresh" "refresh") (#set! by "Migrator::fresh") (#set! destructive) (#gate! "Migrator::(fresh|refresh)"))
((call_expression function: (scoped_identifier path: (_) @_scheduler name: (identifier) @_new)) @schedules
  (#match? @_scheduler "(^|::)JobScheduler$") (#eq? @_new "new") (#set! by "tokio-cron-scheduler") (#gate! "JobScheduler"))

((call_expression function: (_) @_signal) @handles-signal
  (#match? @_signal "(ctrl_c|signal::unix::signal|unix::signal|Signals::new|with_graceful_shutdown|^signal)$") (#gate! "ctrl_c|signal|with_graceful_shutdown"))

((call_expression function: (scoped_identifier path: (_) @_command name: (identifier) @_new) arguments: (arguments . (string_literal) @runs-command.name)) @runs-command
  (#match? @_command "(^|::)Command$") (#eq? @_new "new") (#gate! "Command::new"))

((string_literal (string_content) @reads-file.name) @reads-file (#match? @reads-file.name "^/run/secrets") (#gate! "/run/secrets"))
((call_expression function: (identifier) @calls.function arguments: (arguments . (string_literal) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((let_declaration pattern: (identifier) @defines.name value: (_) @defines.value) (#gate! "."))
((const_item name: (identifier) @defines.name value: (_) @defines.value) (#gate! "."))

; A key of its own for every start: no other task reads its sessions. https://docs.rs/actix-session
((call_expression function: (scoped_identifier path: (identifier) @_key name: (identifier) @_generate)) @session
  (#eq? @_key "Key") (#eq? @_generate "generate") (#set! store "memory") (#set! by "Key::generate") (#file-has? "SessionMiddleware|actix_session"))

; The URL of another service of the app: its host has no dot.
((string_literal (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
