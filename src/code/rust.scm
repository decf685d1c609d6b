; The environment. https://doc.rust-lang.org/std/env/fn.var.html
((call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#any-of? @_var "var" "var_os") (#gate! "env::var|dotenvy?::var"))
((call_expression function: (field_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) field: (field_identifier) @_expect)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#any-of? @_expect "expect" "unwrap") (#set! required) (#gate! "env::var|dotenvy?::var"))
((call_expression function: (field_expression value: (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name)) field: (field_identifier) @_or) arguments: (arguments . (_) @reads-env.default)) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#any-of? @_or "unwrap_or" "unwrap_or_else" "unwrap_or_default" "ok" "map_or") (#gate! "env::var|dotenvy?::var"))
((try_expression (call_expression function: (scoped_identifier path: (_) @_env name: (identifier) @_var) arguments: (arguments . (_) @reads-env.name))) @reads-env
  (#match? @_env "(^|::)(env|dotenvy|dotenv)$") (#eq? @_var "var") (#set! required) (#gate! "env::var|dotenvy?::var"))
; clap's #[arg(env = "X")], clap(env)
((field_declaration_list (attribute_item (attribute (identifier) @_clap arguments: (token_tree (identifier) @_env . (string_literal) @reads-env.name))))
  (#any-of? @_clap "clap" "arg" "structopt") (#eq? @_env "env") (#gate! "env ="))

((call_expression function: (scoped_identifier path: (_) @_dotenv name: (identifier) @_override)) @loads-dotenv
  (#match? @_dotenv "dotenvy?$") (#match? @_override "override$") (#set! override) (#set! by "dotenv_override") (#gate! "dotenv"))
((call_expression function: (scoped_identifier path: (_) @_dotenv name: (identifier) @_load)) @loads-dotenv
  (#match? @_dotenv "dotenvy?$") (#any-of? @_load "dotenv" "load") (#gate! "dotenv"))

; Axum, Actix, hyper, Rocket
((call_expression function: (scoped_identifier path: (_) @_listener name: (identifier) @_bind) arguments: (arguments . (_) @listens.host)) @listens
  (#match? @_listener "TcpListener$|^Server$") (#eq? @_bind "bind") (#gate! "::bind"))
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
((call_expression function: (scoped_identifier path: (_) @_fmt name: (identifier) @_init)) @logs
  (#match? @_fmt "^(tracing_subscriber::fmt|env_logger)$") (#eq? @_init "init") (#set! sink "stdout") (#gate! "tracing_subscriber|env_logger"))

((call_expression function: (scoped_identifier path: (_) @_store name: (identifier) @_new)) @session
  (#match? @_store "(^|::)(MemoryStore|MemorySessionStore)$") (#any-of? @_new "default" "new") (#set! store "memory") (#set! by "MemoryStore") (#gate! "MemoryS"))

((call_expression function: (scoped_identifier path: (_) @_client name: (identifier) @_open) arguments: (arguments . (_) @connects.locator)) @connects
  (#match? @_client "(^|::)(PgPool|MySqlPool|PgConnection|Client|Pool|Database|Connection|ConnectionManager)(::<.*>)?$") (#any-of? @_open "connect" "open" "with_uri_str" "new" "establish" "connect_lazy") (#match? @connects.locator "url|uri|dsn|\"[a-z]+://|addr") (#gate! "connect|open|with_uri_str|::new|establish"))
((call_expression function: (scoped_identifier path: (_) @_sqlite name: (identifier) @_open) arguments: (arguments . (_) @embeds.path)) @embeds
  (#match? @_sqlite "(^|::)(SqlitePool|SqliteConnection)$|rusqlite::Connection$") (#any-of? @_open "connect" "open" "establish" "connect_lazy") (#set! kind "SQLite") (#gate! "[sS]qlite"))
((call_expression function: (scoped_identifier path: (_) @_sled name: (identifier) @_open) arguments: (arguments . (_) @embeds.path)) @embeds
  (#eq? @_sled "sled") (#eq? @_open "open") (#set! kind "sled") (#gate! "sled::open"))

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
