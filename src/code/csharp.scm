; The environment. https://learn.microsoft.com/dotnet/api/system.environment.getenvironmentvariable
((invocation_expression function: (member_access_expression name: (identifier) @_get) arguments: (argument_list . (argument (_) @reads-env.name))) @reads-env
  (#eq? @_get "GetEnvironmentVariable") (#gate! "GetEnvironmentVariable"))
((binary_expression left: (invocation_expression function: (member_access_expression name: (identifier) @_get) arguments: (argument_list . (argument (_) @reads-env.name))) operator: "??" right: (throw_expression)) @reads-env
  (#eq? @_get "GetEnvironmentVariable") (#set! required) (#gate! "GetEnvironmentVariable"))
((binary_expression left: (invocation_expression function: (member_access_expression name: (identifier) @_get) arguments: (argument_list . (argument (_) @reads-env.name))) operator: "??" right: (_) @reads-env.default) @reads-env
  (#eq? @_get "GetEnvironmentVariable") (#not-match? @reads-env.default "^throw") (#gate! "GetEnvironmentVariable"))

; IConfiguration: `A:B` is the variable `A__B`, or a key of appsettings.json.
((binary_expression left: (element_access_expression expression: (_) @_configuration subscript: (bracketed_argument_list . (argument (string_literal) @reads-env.name))) operator: "??" right: (throw_expression)) @reads-env
  (#match? @_configuration "(?i)config(uration)?$") (#set! required) (#set! configuration) (#gate! "(?i)config"))
((binary_expression left: (element_access_expression expression: (_) @_configuration subscript: (bracketed_argument_list . (argument (string_literal) @reads-env.name))) operator: "??" right: (_) @reads-env.default) @reads-env
  (#match? @_configuration "(?i)config(uration)?$") (#not-match? @reads-env.default "^throw") (#set! configuration) (#gate! "(?i)config"))
((binary_expression left: (invocation_expression function: (member_access_expression name: (identifier) @_get) arguments: (argument_list . (argument (string_literal) @reads-env.name))) operator: "??" right: (throw_expression)) @reads-env
  (#eq? @_get "GetConnectionString") (#set! required) (#set! configuration "ConnectionStrings") (#gate! "GetConnectionString"))
((binary_expression left: (invocation_expression function: (member_access_expression name: (identifier) @_get) arguments: (argument_list . (argument (string_literal) @reads-env.name))) operator: "??" right: (_) @reads-env.default) @reads-env
  (#eq? @_get "GetConnectionString") (#not-match? @reads-env.default "^throw") (#set! configuration "ConnectionStrings") (#gate! "GetConnectionString"))
((invocation_expression function: (member_access_expression expression: (_) @_configuration name: (generic_name (identifier) @_get)) arguments: (argument_list . (argument (string_literal) @reads-env.name) . (argument (_) @reads-env.default))) @reads-env
  (#match? @_configuration "(?i)config(uration)?$") (#eq? @_get "GetValue") (#set! configuration) (#gate! "GetValue"))
((invocation_expression function: (member_access_expression expression: (_) @_dotenv name: (identifier) @_load) arguments: (argument_list) @_args) @loads-dotenv
  (#match? @_dotenv "DotEnv$|(^|\\.)Env$") (#eq? @_load "Load") (#match? @_args "overwriteExistingVars:\\s*true|overwrite:\\s*true|clobberExistingVars:\\s*true") (#set! override) (#set! by "DotNetEnv") (#gate! "DotEnv|Env\\.Load|DotNetEnv"))

; Uploads
((object_creation_expression type: (_) @_stream arguments: (argument_list . (argument (_) @uploads.path) . (argument (_) @_mode))) @uploads
  (#match? @_stream "(^|\\.)FileStream$") (#match? @_mode "FileMode\\.(Create|CreateNew|OpenOrCreate)") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "FileStream") (#file-has? "IFormFile|CopyToAsync"))
((invocation_expression function: (member_access_expression expression: (_) @_file name: (identifier) @_write) arguments: (argument_list . (argument (_) @uploads.path))) @uploads
  (#match? @_file "(^|\\.)File$") (#any-of? @_write "Create" "WriteAllBytes" "WriteAllBytesAsync" "OpenWrite") (#not-match? @uploads.path "(?i)temp|tmp") (#set! by "File.Create") (#file-has? "IFormFile"))

; Kestrel
((invocation_expression function: (member_access_expression name: (identifier) @_use) arguments: (argument_list . (argument (string_literal) @listens.host))) @listens
  (#eq? @_use "UseUrls") (#gate! "UseUrls"))
((invocation_expression function: (member_access_expression expression: (_) @_kestrel name: (identifier) @_listen) arguments: (argument_list . (argument (_) @listens.port))) @listens
  (#any-of? @_listen "ListenLocalhost") (#set! loopback) (#set! server "ListenLocalhost") (#gate! "ListenLocalhost"))
((invocation_expression function: (member_access_expression name: (identifier) @_listen) arguments: (argument_list . (argument (_) @listens.port))) @listens
  (#eq? @_listen "ListenAnyIP") (#gate! "ListenAnyIP"))

((invocation_expression function: (member_access_expression expression: (identifier) @_application name: (identifier) @_create)) @listens
  (#eq? @_application "WebApplication") (#eq? @_create "CreateBuilder") (#set! loopback) (#set! server "Kestrel") (#gate! "WebApplication"))
((invocation_expression function: (member_access_expression expression: (identifier) @_app name: (identifier) @_run) arguments: (argument_list . (argument (string_literal) @listens.host))) @listens
  (#eq? @_app "app") (#any-of? @_run "Run" "RunAsync") (#gate! "Run"))

; Logs. https://github.com/serilog/serilog-sinks-file
((invocation_expression function: (member_access_expression expression: (member_access_expression name: (identifier) @_write) name: (identifier) @_file) arguments: (argument_list . (argument (_) @logs.file))) @logs
  (#eq? @_write "WriteTo") (#any-of? @_file "File" "RollingFile") (#set! sink "file") (#gate! "\\.(Rolling)?File\\("))
((invocation_expression function: (member_access_expression expression: (member_access_expression name: (identifier) @_write) name: (identifier) @_console)) @logs
  (#eq? @_write "WriteTo") (#eq? @_console "Console") (#set! sink "stdout") (#gate! "\\.Console\\("))
((invocation_expression function: (member_access_expression name: (identifier) @_add)) @logs
  (#any-of? @_add "AddConsole" "AddJsonConsole") (#set! sink "stdout") (#gate! "Add(Json)?Console"))

((invocation_expression function: (member_access_expression name: (identifier) @_file) arguments: (argument_list . (argument (string_literal) @logs.file))) @logs
  (#eq? @_file "File") (#match? @logs.file "(?i)\\.(log|txt|json)|logs?/") (#set! sink "file") (#file-has? "Serilog|LoggerConfiguration"))
((invocation_expression function: (member_access_expression name: (identifier) @_add) arguments: (argument_list . (argument (string_literal) @logs.file))) @logs
  (#eq? @_add "AddFile") (#set! sink "file") (#gate! "AddFile"))

((invocation_expression function: (member_access_expression expression: (member_access_expression name: (identifier) @_write) name: (identifier) @logs.name)) @logs
  (#eq? @_write "WriteTo") (#any-of? @logs.name "Seq" "Elasticsearch" "Graylog" "EventCollector" "TCPSink" "UDPSink" "GrafanaLoki" "Http" "Syslog" "UdpSyslog" "TcpSyslog") (#set! sink "network") (#gate! "WriteTo"))

; Sessions. https://learn.microsoft.com/aspnet/core/fundamentals/app-state
((invocation_expression function: (member_access_expression name: (identifier) @_add)) @session
  (#eq? @_add "AddDistributedMemoryCache") (#set! store "memory") (#set! by "AddDistributedMemoryCache") (#set! kind "cache") (#gate! "AddDistributedMemoryCache"))
((invocation_expression function: (member_access_expression name: (identifier) @_add)) @session
  (#eq? @_add "AddSession") (#set! kind "session") (#gate! "AddSession"))
((invocation_expression function: (member_access_expression name: (identifier) @_add)) @session
  (#any-of? @_add "AddStackExchangeRedisCache" "AddDistributedSqlServerCache" "AddSqlServerCache" "AddDistributedRedisCache") (#set! store "shared") (#gate! "Add(StackExchangeRedis|DistributedSqlServer|DistributedRedis)Cache"))

; Clients
((string_literal . (string_literal_content) @connects.locator .) @connects
  (#match? @connects.locator "(?i)^(server|host|data source)=[^;]+;.*(database|username|user id|uid|password|initial catalog)=") (#gate! "(?i)(server|host|data source)="))
((string_literal . (string_literal_content) @connects.locator .) @connects
  (#match? @connects.locator "^(amqps?|mongodb|rediss?|postgres(ql)?|mysql|nats)://[^ ]+$") (#set! kind "url") (#gate! "://"))
((invocation_expression function: (member_access_expression name: (identifier) @_use) arguments: (argument_list . (argument [(string_literal) (identifier)] @connects.locator))) @connects
  (#any-of? @_use "UseNpgsql" "UseSqlServer" "UseMySql" "UseMySQL" "Connect") (#gate! "UseNpgsql|UseSqlServer|UseMySq|ConnectionMultiplexer"))
((object_creation_expression type: (_) @_client arguments: (argument_list . (argument [(string_literal) (identifier)] @connects.locator))) @connects
  (#any-of? @_client "NpgsqlConnection" "SqlConnection" "MySqlConnection" "MongoClient" "SmtpClient" "ElasticsearchClientSettings") (#gate! "NpgsqlConnection|SqlConnection|MySqlConnection|MongoClient"))
((assignment_expression left: (member_access_expression name: (identifier) @_configuration) right: (string_literal) @connects.locator) @connects
  (#eq? @_configuration "Configuration") (#gate! "AddStackExchangeRedis"))
((assignment_expression left: (identifier) @_servers right: (string_literal) @connects.locator) @connects
  (#eq? @_servers "BootstrapServers") (#gate! "BootstrapServers"))
((assignment_expression left: (identifier) @_host right: (string_literal) @connects.locator) @connects
  (#eq? @_host "HostName") (#gate! "ConnectionFactory"))

((invocation_expression function: (member_access_expression name: (identifier) @_use) arguments: (argument_list . (argument (_) @embeds.path))) @embeds
  (#eq? @_use "UseSqlite") (#set! kind "SQLite") (#gate! "UseSqlite"))
((object_creation_expression type: (_) @_connection arguments: (argument_list . (argument (_) @embeds.path))) @embeds
  (#match? @_connection "(^|\\.)(SqliteConnection|SQLiteConnection)$") (#set! kind "SQLite") (#gate! "S[qQ][lL]iteConnection"))
((object_creation_expression type: (_) @_database arguments: (argument_list . (argument (_) @embeds.path))) @embeds
  (#match? @_database "(^|\\.)LiteDatabase$") (#set! kind "LiteDB") (#gate! "LiteDatabase"))

; Schedulers
((invocation_expression function: (member_access_expression name: (identifier) @_add)) @schedules
  (#any-of? @_add "AddQuartz") (#set! by "Quartz") (#gate! "AddQuartz"))
((identifier) @elects (#any-of? @elects "UsePersistentStore" "UseClustering") (#gate! "UsePersistentStore|UseClustering"))
((member_access_expression name: (identifier) @inline-jobs)
  (#any-of? @inline-jobs "UseMemoryStorage" "UseInMemoryStorage") (#set! by "MemoryStorage") (#gate! "Use(In)?MemoryStorage"))

((invocation_expression function: (member_access_expression name: (identifier) @_add)) @realtime
  (#eq? @_add "AddSignalR") (#set! by "SignalR") (#gate! "AddSignalR"))
((invocation_expression function: (member_access_expression name: (identifier) @adapts.name)) @adapts
  (#any-of? @adapts.name "AddStackExchangeRedis" "AddAzureSignalR") (#gate! "AddStackExchangeRedis|AddAzureSignalR"))

((object_creation_expression type: (_) @_start arguments: (argument_list . (argument (string_literal) @runs-command.name))) @runs-command
  (#eq? @_start "ProcessStartInfo") (#gate! "ProcessStartInfo"))
((assignment_expression left: (identifier) @_name right: (string_literal) @runs-command.name) @runs-command
  (#eq? @_name "FileName") (#file-has? "ProcessStartInfo"))
((invocation_expression function: (member_access_expression expression: (identifier) @_process name: (identifier) @_start) arguments: (argument_list . (argument (string_literal) @runs-command.name))) @runs-command
  (#eq? @_process "Process") (#eq? @_start "Start") (#gate! "Process\\.Start"))

; https://learn.microsoft.com/ef/core/managing-schemas/ensure-created
((invocation_expression function: (member_access_expression name: (identifier) @_ensure)) @syncs-schema
  (#any-of? @_ensure "EnsureCreated" "EnsureCreatedAsync") (#set! by "EnsureCreated") (#gate! "EnsureCreated"))
((invocation_expression function: (member_access_expression name: (identifier) @_ensure)) @syncs-schema
  (#any-of? @_ensure "EnsureDeleted" "EnsureDeletedAsync") (#set! by "EnsureDeleted") (#set! destructive) (#gate! "EnsureDeleted"))
((invocation_expression function: (member_access_expression expression: (identifier) @_database name: (identifier) @_migrate)) @migrates
  (#eq? @_database "Database") (#any-of? @_migrate "Migrate" "MigrateAsync") (#set! by "Database.Migrate()") (#gate! "Migrate"))
((invocation_expression function: (member_access_expression expression: (member_access_expression name: (identifier) @_database) name: (identifier) @_migrate)) @migrates
  (#eq? @_database "Database") (#any-of? @_migrate "Migrate" "MigrateAsync") (#set! by "Database.Migrate()") (#gate! "Migrate"))

((assignment_expression left: (identifier) @_mode right: (member_access_expression name: (identifier) @_delete)) @auto-acks
  (#eq? @_mode "ReceiveMode") (#eq? @_delete "ReceiveAndDelete") (#set! by "ReceiveAndDelete") (#gate! "ReceiveAndDelete"))
((assignment_expression left: (identifier) @_commit right: (boolean_literal) @_true) @auto-acks
  (#eq? @_commit "EnableAutoCommit") (#eq? @_true "true") (#set! by "enable.auto.commit") (#gate! "EnableAutoCommit"))
((invocation_expression function: (member_access_expression name: (identifier) @_consume) arguments: (argument_list (argument name: (identifier) @_ack (boolean_literal) @_true))) @auto-acks
  (#any-of? @_consume "BasicConsume" "BasicConsumeAsync") (#eq? @_ack "autoAck") (#eq? @_true "true") (#set! by "autoAck") (#gate! "BasicConsume"))
((invocation_expression function: (member_access_expression name: (identifier) @_consume) arguments: (argument_list . (argument) . (argument (boolean_literal) @_true))) @auto-acks
  (#any-of? @_consume "BasicConsume" "BasicConsumeAsync") (#eq? @_true "true") (#set! by "autoAck") (#gate! "BasicConsume"))

((string_literal) @reads-file (#match? @reads-file "^.?/run/secrets") (#gate! "/run/secrets"))
((invocation_expression function: (identifier) @calls.function arguments: (argument_list . (argument (string_literal) @calls.name) . (argument (_) @calls.default)?)) @calls (#gate! "."))
((variable_declarator name: (identifier) @defines.name (_) @defines.value) (#gate! "."))

((invocation_expression function: (member_access_expression name: (generic_name (identifier) @_add (type_argument_list (identifier) @_queue)))) @inline-jobs
  (#match? @_add "^Add(Singleton|HostedService)$") (#match? @_queue "^I?BackgroundTaskQueue$") (#set! by "BackgroundTaskQueue") (#set! kind "background") (#gate! "BackgroundTaskQueue"))
((member_access_expression name: (identifier) @inline-jobs)
  (#eq? @inline-jobs "UsingInMemory") (#set! by "UsingInMemory") (#gate! "UsingInMemory"))
((invocation_expression function: (member_access_expression name: (identifier) @_use)) @schedules
  (#eq? @_use "UseScheduler") (#set! by "Coravel") (#file-has? "Coravel"))

; The URL of another service of the app: its host has no dot.
((string_literal (string_literal_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
