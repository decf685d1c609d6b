; The environment. https://docs.python.org/3/library/os.html#os.environ

((subscript value: (attribute attribute: (identifier) @_environ) subscript: (_) @reads-env.name) @reads-env
  (#eq? @_environ "environ") (#set! required) (#gate! "environ"))
((subscript value: (identifier) @_environ subscript: (_) @reads-env.name) @reads-env
  (#eq? @_environ "environ") (#set! required) (#file-has? "from os import [^\n]*environ"))
((boolean_operator left: (call function: (_) @_get arguments: (argument_list . (string) @reads-env.name .)) operator: "or" right: (_) @reads-env.default)
  (#match? @_get "(environ\\.get|getenv)$") (#gate! "environ|getenv"))
; Written to, not read.
((assignment left: (subscript value: (_) @_environ subscript: (_) @reads-env.name) @reads-env)
  (#match? @_environ "environ$") (#set! optional) (#gate! "environ"))
((delete_statement (subscript value: (_) @_environ subscript: (_) @reads-env.name) @reads-env)
  (#match? @_environ "environ$") (#set! optional) (#gate! "environ"))
; Looked for, or caught where it is missing.
((comparison_operator . (string) @reads-env.name operators: ["in" "not in"] (_) @_environ) @reads-env
  (#match? @_environ "environ$") (#set! optional) (#gate! "environ"))
((comparison_operator . (identifier) @reads-env.name operators: "not in" (_) @_environ) @reads-env
  (#match? @_environ "environ$") (#gate! "environ"))
((try_statement body: (block (_ (_ (subscript value: (_) @_environ subscript: (_) @reads-env.name) @reads-env))) (except_clause))
  (#match? @_environ "environ$") (#set! optional) (#gate! "environ"))
((try_statement body: (block (return_statement (subscript value: (_) @_environ subscript: (_) @reads-env.name) @reads-env)) (except_clause))
  (#match? @_environ "environ$") (#set! optional) (#gate! "environ"))
((call function: (attribute object: (_) @_os attribute: (identifier) @_get)
  arguments: (argument_list . (_) @reads-env.name . (_)? @reads-env.default)) @reads-env
  (#any-of? @_get "get" "getenv" "setdefault" "pop") (#match? @_os "^(os\\.environ|os|environ)$") (#not-match? @reads-env.name "^(os|environ)$")
  (#gate! "environ|getenv"))
((call function: (identifier) @_get arguments: (argument_list . (_) @reads-env.name . (_)? @reads-env.default)) @reads-env
  (#eq? @_get "getenv") (#gate! "getenv"))
; `cmp or` of its own: `os.getenv("A") or "b"` with keyword defaults.
((call function: (_) @_get arguments: (argument_list . (string) @reads-env.name (keyword_argument name: (identifier) @_default value: (_) @reads-env.default))) @reads-env
  (#match? @_get "(environ\\.get|getenv)$") (#eq? @_default "default") (#gate! "environ|getenv"))
; python-decouple, environs, django-environ
((call function: (identifier) @_config arguments: (argument_list . (string) @reads-env.name . [(string) (none) (true) (false) (integer) (list) (call) (attribute) (binary_operator)] @reads-env.default)) @reads-env
  (#any-of? @_config "config" "env") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#file-has? "decouple|environs?\\b|starlette"))
((call function: (identifier) @_config arguments: (argument_list . (string) @reads-env.name . (keyword_argument)? .)) @reads-env
  (#any-of? @_config "config" "env") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#lacks-key? @reads-env "default") (#set! required)
  (#file-has? "decouple|environs?\\b|starlette"))
((call function: (identifier) @_config arguments: (argument_list . (string) @reads-env.name (keyword_argument name: (identifier) @_default value: (_) @reads-env.default))) @reads-env
  (#any-of? @_config "config" "env") (#eq? @_default "default") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$")
  (#file-has? "decouple|environs?\\b|starlette"))
((call function: (attribute object: (identifier) @_env attribute: (identifier) @_type)
  arguments: (argument_list . (string) @reads-env.name . (string)? @reads-env.default)) @reads-env
  (#any-of? @_env "env" "ENV" "environ") (#not-any-of? @_type "read_env" "get_template" "globals" "filters" "setdefault" "from_string")
  (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#lacks-key? @reads-env "default" "dflt")
  (#file-has? "environs?\\b"))
((call function: (attribute object: (identifier) @_env)
  arguments: (argument_list . (string) @reads-env.name (keyword_argument name: (identifier) @_default value: (_) @reads-env.default))) @reads-env
  (#any-of? @_env "env" "ENV") (#eq? @_default "default") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$")
  (#file-has? "environs?\\b"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name right: (call function: (identifier) @_field arguments: (argument_list (keyword_argument name: (identifier) @_default value: (_) @reads-env.default)))) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#eq? @_field "Field") (#eq? @_default "default") (#set! fields) (#gate! "BaseSettings"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment right: (call function: (identifier) @_field arguments: (argument_list (keyword_argument name: (identifier) @_alias value: (string) @reads-env.name)) @_args)) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#eq? @_field "Field") (#any-of? @_alias "alias" "validation_alias" "env") (#lacks-key? @_args "default" "default_factory") (#match? @reads-env.name "^.[A-Z][A-Z0-9_]+.$") (#set! required) (#gate! "BaseSettings"))
; pydantic-settings: a field without a value is a variable that has to be there.
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) @_type !right) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#match? @_type "^(str|int|float|bool|bytes|SecretStr|SecretBytes|Path|[A-Z][A-Za-z]*(Url|Dsn|Str))$") (#not-match? @reads-env.name "^(model_config|_)")
  (#set! fields) (#set! required) (#gate! "BaseSettings"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) right: (_) @reads-env.default) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#not-match? @reads-env.name "^(model_config|_)")
  (#not-match? @reads-env.default "^Field\\(\\s*([.][.][.]|[a-z]\\w*\\s*=|\\))")
  (#set! fields) (#gate! "BaseSettings"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) @_type right: (call function: (identifier) @_field arguments: (argument_list) @_args)) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#eq? @_field "Field") (#not-match? @_type "Optional|None") (#match? @_args "^[(]\\s*([.][.][.]|[a-z]\\w*\\s*=|[)])") (#lacks-key? @_args "default" "default_factory" "alias" "validation_alias" "env")
  (#set! fields) (#set! required) (#gate! "BaseSettings"))

((not_operator argument: (identifier) @requires.name) @requires (#gate! "raise|exit"))
((comparison_operator . (identifier) @requires.name "is" (none) .) @requires (#gate! "raise|exit"))
((assert_statement . (identifier) @requires.name @requires) (#gate! "assert"))

; https://pypi.org/project/python-dotenv
((call function: (_) @_read arguments: (argument_list (keyword_argument name: (identifier) @_override value: (true)))) @loads-dotenv
  (#match? @_read "\\.read_env$") (#any-of? @_override "override" "overwrite") (#set! override) (#set! by "read_env") (#gate! "read_env"))
((call function: (_) @_load arguments: (argument_list (keyword_argument name: (identifier) @_override value: (true)))) @loads-dotenv
  (#match? @_load "(^|\\.)load_dotenv$") (#eq? @_override "override") (#set! override) (#set! by "load_dotenv") (#gate! "load_dotenv"))
((call function: (_) @_load) @loads-dotenv
  (#match? @_load "(^|\\.)(load_dotenv|read_env)$") (#gate! "load_dotenv|read_env"))

; Flask, uvicorn, aiohttp, Sanic, Bottle, Tornado, http.server, gRPC
((call function: (attribute object: (identifier) @_app attribute: (identifier) @_run) arguments: (argument_list) @_args) @listens
  (#match? @_app "^(app|application|server|api|flask_app)$") (#eq? @_run "run") (#lacks-key? @_args "host")
  (#not-match? @_args "^\\([^=)]*['\"]") (#set! loopback) (#set! server "app.run") (#file-has? "[Ff]lask|Sanic|Bottle|Quart"))
((call function: (attribute object: (identifier) @_app attribute: (identifier) @_run)
  arguments: (argument_list (keyword_argument name: (identifier) @_host value: (_) @listens.host)) @_args) @listens
  (#match? @_app "^(app|application|server|api|flask_app|uvicorn|web|socketio|hypercorn)$") (#any-of? @_run "run" "run_app") (#eq? @_host "host")
  (#gate! "host"))
((call function: (attribute object: (identifier) @_app attribute: (identifier) @_run)
  arguments: (argument_list (keyword_argument name: (identifier) @_port value: (_) @listens.port)) @_args) @listens
  (#match? @_app "^(app|application|server|api|flask_app|uvicorn|web|socketio|hypercorn)$") (#any-of? @_run "run" "run_app") (#eq? @_port "port")
  (#gate! "port"))
((call function: (attribute object: (identifier) @_app attribute: (identifier) @_run) arguments: (argument_list) @_args) @listens
  (#eq? @_app "uvicorn") (#eq? @_run "run") (#lacks-key? @_args "host" "uds" "fd") (#set! loopback) (#set! server "uvicorn.run") (#gate! "uvicorn"))

; waitress, gevent, Tornado, werkzeug
((call function: (identifier) @_serve arguments: (argument_list (keyword_argument name: (identifier) @_host value: (_) @listens.host))) @listens
  (#any-of? @_serve "serve" "run_simple") (#eq? @_host "host") (#file-has? "waitress|werkzeug"))
((call function: (_) @_server arguments: (argument_list . (tuple . (string) @listens.host))) @listens
  (#match? @_server "(^|\\.)(WSGIServer|HTTPServer|ThreadingHTTPServer|TCPServer|ThreadingTCPServer)$") (#gate! "HTTPServer|WSGIServer|TCPServer"))
((call function: (attribute attribute: (identifier) @_listen) arguments: (argument_list (_) (keyword_argument name: (identifier) @_address value: (_) @listens.host))) @listens
  (#eq? @_listen "listen") (#eq? @_address "address") (#file-has? "tornado"))
((call function: (attribute object: (identifier) @_uvicorn attribute: (identifier) @_run) arguments: (argument_list (keyword_argument name: (identifier) @_uds value: (_) @listens.path))) @listens
  (#eq? @_uvicorn "uvicorn") (#eq? @_run "run") (#eq? @_uds "uds") (#gate! "uvicorn"))

; The logging module, loguru. https://docs.python.org/3/library/logging.handlers.html
((call function: (_) @_handler arguments: (argument_list . [(string) (concatenated_string) (identifier) (call) (binary_operator) (attribute)] @logs.file)) @logs
  (#match? @_handler "(^|\\.)(FileHandler|RotatingFileHandler|TimedRotatingFileHandler|WatchedFileHandler|ConcurrentRotatingFileHandler)$")
  (#set! sink "file") (#gate! "FileHandler"))
((call function: (_) @_handler arguments: (argument_list (keyword_argument name: (identifier) @_filename value: (_) @logs.file))) @logs
  (#match? @_handler "(^|\\.)(FileHandler|RotatingFileHandler|TimedRotatingFileHandler|WatchedFileHandler|basicConfig)$") (#eq? @_filename "filename")
  (#set! sink "file") (#gate! "FileHandler|basicConfig"))
((pair key: (string) @logs.name value: (dictionary (pair key: (string) @_class value: (string) @_handler)
  (pair key: (string) @_filename value: (_) @logs.file)) @logs)
  (#match? @_class "class") (#match? @_handler "FileHandler") (#match? @_filename "filename") (#set! sink "file") (#gate! "FileHandler"))
((call function: (attribute object: (identifier) @_logger attribute: (identifier) @_add) arguments: (argument_list . (string) @logs.file)) @logs
  (#eq? @_logger "logger") (#eq? @_add "add") (#set! sink "file") (#file-has? "loguru"))
((call function: (_) @_factory arguments: (argument_list (keyword_argument name: (identifier) @_file value: (_) @logs.file))) @logs
  (#match? @_factory "(WriteLoggerFactory|PrintLoggerFactory|BytesLoggerFactory)$") (#eq? @_file "file") (#set! sink "file") (#gate! "LoggerFactory"))
((assignment left: (attribute attribute: (identifier) @_prefix) right: (string) @logs.file) @logs
  (#eq? @_prefix "log_file_prefix") (#set! sink "file") (#gate! "log_file_prefix"))
((call function: (_) @_handler) @logs (#match? @_handler "(^|\\.)StreamHandler$") (#set! sink "stdout") (#gate! "StreamHandler"))
((string) @logs (#match? @logs "logging\\.StreamHandler.$") (#set! sink "stdout") (#gate! "StreamHandler"))
((call function: (_) @_handler arguments: (argument_list) @_args) @logs (#match? @_handler "(^|\\.)basicConfig$") (#lacks-key? @_args "filename" "handlers") (#set! sink "stdout") (#gate! "basicConfig"))
((call function: (identifier) @_print arguments: (argument_list) @_args) @prints (#eq? @_print "print") (#lacks-key? @_args "flush" "file") (#gate! "print\\("))

; Sessions. https://flask-session.readthedocs.io
((assignment left: (subscript subscript: (string) @_key) right: (string) @_type) @session
  (#match? @_key "^.SESSION_TYPE.$") (#match? @_type "^.(filesystem|cachelib).$") (#set! store "files") (#set! by "flask-session") (#gate! "SESSION_TYPE"))
((assignment left: (identifier) @_key right: (string) @_type) @session
  (#eq? @_key "SESSION_TYPE") (#match? @_type "^.(filesystem|cachelib).$") (#set! store "files") (#set! by "flask-session") (#gate! "SESSION_TYPE"))
((assignment left: (subscript subscript: (string) @_key) right: (string) @_type) @session
  (#match? @_key "^.SESSION_TYPE.$") (#match? @_type "^.simple.$") (#set! store "memory") (#set! by "flask-session") (#gate! "SESSION_TYPE"))
((call (argument_list (keyword_argument name: (identifier) @_key value: (string) @_type) @session))
  (#eq? @_key "SESSION_TYPE") (#match? @_type "^.(filesystem|cachelib).$") (#set! store "files") (#set! by "flask-session") (#gate! "SESSION_TYPE"))
((assignment left: (identifier) @_key right: (string) @_engine) @session
  (#eq? @_key "SESSION_ENGINE") (#match? @_engine "sessions\\.backends\\.file") (#set! store "files") (#set! by "SESSION_ENGINE") (#gate! "SESSION_ENGINE"))
((assignment left: (identifier) @_key right: (string) @_engine) @session
  (#eq? @_key "SESSION_ENGINE") (#match? @_engine "backends\\.cache.$") (#set! store "cache") (#set! by "SESSION_ENGINE") (#gate! "SESSION_ENGINE"))
((pair value: (string) @session.store) @session
  (#match? @session.store "LocMemCache") (#set! kind "cache") (#gate! "LocMemCache"))
((assignment left: (_) @_key right: (string) @_engine) @session
  (#match? @_key "SESSION_(ENGINE|TYPE)") (#match? @_engine "redis|memcached|signed_cookies|backends\\.db|cached_db|sqlalchemy") (#set! store "shared") (#gate! "SESSION_(ENGINE|TYPE)"))

; Uploads. https://docs.djangoproject.com/en/stable/ref/settings/#media-root
((assignment left: (identifier) @_key right: (_) @uploads.path) @uploads
  (#eq? @_key "MEDIA_ROOT") (#set! by "MEDIA_ROOT") (#gate! "MEDIA_ROOT"))
((call function: (attribute object: (_) @_file attribute: (identifier) @_save)
  arguments: (argument_list . (call function: (_) @_join arguments: (argument_list . (_) @_folder)))) @uploads
  (#match? @_file "^(f|file|.*_file|upload|uploaded.*|.*image.*|photo|.*avatar.*|receipt|doc|document|.*_pic(ture)?)$") (#eq? @_save "save") (#match? @_join "join$") (#match? @_folder "UPLOAD|upload|MEDIA|media")
  (#set! by "save") (#gate! "\\.save\\("))
((call function: (attribute object: (identifier) @_file attribute: (identifier) @_save) arguments: (argument_list . [(identifier) (attribute) (call) (binary_operator) (string)] @uploads.path .)) @uploads
  (#match? @_file "^(f|file|upload|uploaded.*|photo|avatar|.*_file|.*_upload)$") (#eq? @_save "save") (#not-match? @uploads.path "(?i)buffer|bytesio|stream|output|img")
  (#set! by "save") (#file-has? "request\\.files|FileStorage|UPLOAD_FOLDER|werkzeug"))
((call function: (identifier) @_storage arguments: (argument_list (keyword_argument name: (identifier) @_location value: (_) @uploads.path))) @uploads
  (#eq? @_storage "FileSystemStorage") (#eq? @_location "location") (#set! by "FileSystemStorage") (#gate! "FileSystemStorage"))
; A file of a request, written to a folder of uploads.
((call function: (_) @_open arguments: (argument_list . (_) @uploads.path . (string) @_mode)) @uploads
  (#match? @_open "^(open|aiofiles\\.open|anyio\\.open_file)$") (#match? @_mode "^.[wxa]b\\+?.$") (#match? @uploads.path "(?i)uploads?\\b|media|UPLOAD_(DIR|FOLDER)|upload_(dir|folder|path)|avatars?\\b|attachments?\\b") (#not-match? @uploads.path "(?i)tmp|temp")
  (#set! by "open") (#gate! "open(_file)?\\("))
; Uploads go elsewhere.
((assignment left: (identifier) @_key right: (string) @_backend) @uploads
  (#any-of? @_key "DEFAULT_FILE_STORAGE") (#not-match? @_backend "FileSystemStorage") (#set! store "shared") (#gate! "DEFAULT_FILE_STORAGE"))
((pair key: (string) @_key value: (string) @_backend) @uploads
  (#match? @_key "^.BACKEND.$") (#match? @_backend "S3|s3boto|GoogleCloudStorage|AzureStorage|gcloud|dropbox|storages\\.backends") (#set! store "shared") (#file-has? "storages"))

; Clients of backing services: the argument that says where they are.
((call function: (_) @_client arguments: (argument_list . [(string) (identifier) (call) (subscript) (boolean_operator)] @connects.locator)) @connects
  (#match? @_client "(^|\\.)(create_engine|create_async_engine|MongoClient|AsyncIOMotorClient|from_url|Elasticsearch|AsyncElasticsearch|connect_robust|URLParameters|NATS|create_pool|Pinecone|Minio|PyMongo|Cluster|Database)$") (#not-match? @connects.locator "^__name__$")
  (#gate! "create_(async_)?engine|MongoClient|MotorClient|from_url|Elasticsearch|connect_robust|URLParameters|create_pool|Minio|Cluster\\(|Database\\("))
((call function: (_) @_client arguments: (argument_list (keyword_argument name: (identifier) @_host value: (_) @connects.locator))) @connects
  (#match? @_client "(^|\\.)(Redis|StrictRedis|psycopg2?\\.connect|connect|MongoClient|ConnectionParameters|Elasticsearch|SMTP|Minio|KafkaProducer|KafkaConsumer|AIOKafkaProducer|AIOKafkaConsumer|KafkaBroker|RedisBroker|RabbitmqBroker|RedisHuey|PostgresqlDatabase|MySQLDatabase|aiomysql\\.create_pool|aiopg\\.create_pool|create_pool|MySQLdb\\.connect|pymysql\\.connect|asyncpg\\.connect|create_pool)$")
  (#any-of? @_host "host" "dsn" "bootstrap_servers" "endpoint" "url") (#gate! "Redis|connect|MongoClient|ConnectionParameters|Elasticsearch|SMTP|Minio|Kafka|create_pool|Broker|Huey|Database\\("))
((call function: (_) @_client arguments: (argument_list . (tuple . (string) @connects.locator))) @connects
  (#match? @_client "(^|\\.)(pymemcache\\.Client|PooledClient|HashClient|base\\.Client)$") (#gate! "pymemcache"))
((call function: (attribute object: (identifier) @_url attribute: (identifier) @_create) arguments: (argument_list (keyword_argument name: (identifier) @_host value: (_) @connects.locator))) @connects
  (#eq? @_url "URL") (#eq? @_create "create") (#eq? @_host "host") (#gate! "URL\\.create"))
; Settings of Flask's extensions.
((pair key: (string) @_key value: (string) @connects.locator) @connects
  (#match? @_key "^.(CACHE_REDIS_HOST|CACHE_REDIS_URL|CACHE_MEMCACHED_SERVERS|REDIS_HOST|REDIS_URL|DB_HOST|MYSQL_HOST|POSTGRES_HOST|MAIL_SERVER).$") (#gate! "_HOST|_URL|_SERVER"))
((dictionary (pair key: (string) @_host value: (string) @connects.locator)) @_options
  (#match? @_host "^.host.$") (#has-key? @_options "db" "database" "dbname" "password" "user") (#file-has? "mongo|redis|mysql|postgres|psycopg|sqlalchemy"))
; The URL of a backing service that is given to anything.
((string (string_start) . (string_content) @connects.locator . (string_end)) @connects
  (#match? @connects.locator "^(postgres(ql)?|mysql|mariadb|mongodb|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|mssql|cassandra|couchdb|influxdb)(\\+[a-z0-9_]+)?://[^ ]") (#set! kind "url")
  (#gate! "(postgres(ql)?|mysql|mariadb|mongodb|rediss?|amqps?|nats|mqtts?|kafka|memcached|neo4j|bolt|clickhouse|ldaps?|smtps?|mssql|cassandra|couchdb|influxdb)(\\+[a-z0-9_]+)?://"))
((string (string_content) @_start (interpolation)) @connects.locator @connects
  (#match? @_start "^(postgres(ql)?|mysql|mariadb|mongodb|rediss?|amqps?)(\\+[a-z0-9_]+)?://") (#set! kind "url") (#gate! "(postgres(ql)?|mysql|mariadb|mongodb|rediss?|amqps?)(\\+[a-z0-9_]+)?://"))
((call function: (_) @_client arguments: (argument_list . [(string) (identifier)] @connects.locator)) @connects
  (#match? @_client "^(redis\\.)?(Redis|StrictRedis)$|psycopg2?\\.connect$|asyncpg\\.connect$|smtplib\\.SMTP$|pika\\.ConnectionParameters$") (#gate! "Redis|psycopg|asyncpg|smtplib|pika"))
((call function: (_) @_client arguments: (argument_list (dictionary (pair key: (string) @_key value: (_) @connects.locator)))) @connects
  (#match? @_client "(Producer|Consumer|AdminClient)$") (#match? @_key "bootstrap.servers") (#gate! "bootstrap\\.servers"))
((assignment left: (_) @_key right: (_) @connects.locator) @connects
  (#match? @_key "(SQLALCHEMY_DATABASE_URI|CELERY_BROKER_URL|MAIL_SERVER|BROKER_URL|broker_url|MONGO_URI|REDIS_URL|EMAIL_HOST$|CACHE_REDIS_URL|RATELIMIT_STORAGE_URL|DATABASE_URL|SQLALCHEMY_DATABASE_URL)")
  (#gate! "MAIL_SERVER|SQLALCHEMY_DATABASE_UR|BROKER_URL|broker_url|MONGO_URI|REDIS_URL|STORAGE_URL|DATABASE_URL|EMAIL_HOST"))
((call function: (identifier) @_celery arguments: (argument_list (keyword_argument name: (identifier) @_broker value: (_) @connects.locator))) @connects
  (#eq? @_celery "Celery") (#any-of? @_broker "broker" "backend") (#gate! "Celery\\("))
((pair key: (string) @_key value: (_) @connects.locator) @connects
  (#match? @_key "^.(HOST|LOCATION|hosts).$") (#file-has? "DATABASES|CACHES|CHANNEL_LAYERS"))

; Datastores inside the process. https://docs.djangoproject.com/en/stable/ref/settings/#databases
((dictionary (pair key: (string) @_engine value: (string) @_sqlite) (pair key: (string) @_name value: (_) @embeds.path)) @embeds
  (#match? @_engine "^.ENGINE.$") (#match? @_sqlite "sqlite3") (#match? @_name "^.NAME.$") (#set! kind "SQLite") (#gate! "sqlite3"))
((call function: (_) @_connect arguments: (argument_list . (_) @embeds.path)) @embeds
  (#match? @_connect "^(sqlite3|aiosqlite)\\.connect$") (#not-match? @embeds.path "mode=ro") (#set! kind "SQLite") (#gate! "sqlite3?\\.connect"))
((string (string_content) @embeds.path) @embeds
  (#match? @embeds.path "^sqlite(\\+[a-z]+)?://[^ ]*$") (#set! kind "SQLite") (#gate! "sqlite"))
((call function: (identifier) @_db arguments: (argument_list . (string) @embeds.path)) @embeds
  (#eq? @_db "TinyDB") (#set! kind "TinyDB") (#gate! "TinyDB"))
((call function: (_) @_db arguments: (argument_list . (_) @embeds.path)) @embeds
  (#match? @_db "(^|\\.)(SqliteDatabase|SqliteExtDatabase)$") (#set! kind "SQLite") (#gate! "Sqlite(Ext)?Database"))
((call function: (_) @_db arguments: (argument_list (keyword_argument name: (identifier) @_file value: (_) @embeds.path))) @embeds
  (#match? @_db "(^|\\.)SqliteHuey$") (#eq? @_file "filename") (#set! kind "SQLite") (#gate! "SqliteHuey"))
((keyword_argument name: (identifier) @_key value: (_) @embeds.path) @embeds
  (#eq? @_key "DATABASE") (#match? @embeds.path "\\.(sqlite3?|db)['\"]") (#set! kind "SQLite") (#gate! "DATABASE="))

; Schedulers. https://apscheduler.readthedocs.io
((call function: (_) @_scheduler) @schedules
  (#match? @_scheduler "(^|\\.)(BackgroundScheduler|BlockingScheduler|AsyncIOScheduler|APScheduler)$") (#set! by "APScheduler") (#gate! "Scheduler"))
((call function: (attribute object: (identifier) @_schedule attribute: (identifier) @_every)) @schedules
  (#eq? @_schedule "schedule") (#eq? @_every "every") (#set! by "schedule") (#gate! "schedule\\.every"))
((decorator (call function: (_) @_every)) @schedules
  (#match? @_every "(^|\\.)(repeat_every|crontab|periodic_task|repeat_at)$") (#set! by "repeat_every") (#not-match? @_every "huey|celery") (#gate! "repeat_every|aiocron|repeat_at"))
((assignment left: (identifier) @_jobs right: [(list) (tuple)]) @schedules
  (#eq? @_jobs "CRONJOBS") (#set! by "django-crontab") (#gate! "CRONJOBS"))
((call function: (_) @_store) @elects
  (#match? @_store "(^|\\.)(SQLAlchemyJobStore|RedisJobStore|MongoDBJobStore|DjangoJobStore)$") (#gate! "JobStore"))

((assignment left: (_) @_key right: (true)) @inline-jobs
  (#match? @_key "(CELERY_TASK_ALWAYS_EAGER|CELERY_ALWAYS_EAGER|task_always_eager)$") (#set! by "CELERY_TASK_ALWAYS_EAGER") (#gate! "(?i)always_eager"))

((assignment left: (_) @_tasks right: (dictionary (pair key: (string) @_key value: (true)))) @inline-jobs
  (#any-of? @_tasks "Q_CLUSTER" "HUEY") (#match? @_key "^.(sync|immediate).$") (#set! by "sync") (#gate! "Q_CLUSTER|HUEY"))
((string (string_content) @_backend) @inline-jobs
  (#match? @_backend "^django\\.tasks\\.backends\\.immediate|^django_tasks\\.backends\\.immediate") (#set! by "ImmediateBackend") (#gate! "backends\\.immediate"))
((call function: (identifier) @_broker) @inline-jobs
  (#any-of? @_broker "MemoryHuey" "InMemoryBroker" "StubBroker") (#set! by "MemoryHuey") (#gate! "MemoryHuey|InMemoryBroker|StubBroker"))
((call function: (identifier) @_queue arguments: (argument_list (keyword_argument name: (identifier) @_async value: (false)))) @inline-jobs
  (#eq? @_queue "Queue") (#eq? @_async "is_async") (#set! by "is_async=False") (#gate! "is_async"))

((call function: (identifier) @_broadcast arguments: (argument_list . (string) @_memory)) @realtime
  (#eq? @_broadcast "Broadcast") (#match? @_memory "^.memory://") (#set! by "broadcaster") (#gate! "Broadcast"))
; A list of the sockets of one task, to which all messages go.
((assignment left: (attribute attribute: (identifier) @_connections) type: (type) @_type right: (_) @_empty) @realtime
  (#match? @_connections "connections$|clients$|websockets$|sockets$") (#match? @_type "WebSocket") (#match? @_empty "^(\\[\\]|set\\(\\)|\\{\\}|list\\(\\)|dict\\(\\)|defaultdict)") (#set! by "WebSocket") (#file-has? "for \\w+ in [^\n]*(connections|clients|sockets)"))
((string (string_content) @_layer) @realtime
  (#eq? @_layer "channels.layers.InMemoryChannelLayer") (#set! by "InMemoryChannelLayer") (#gate! "InMemoryChannelLayer"))
((call function: (_) @_socketio arguments: (argument_list) @_args) @realtime
  (#match? @_socketio "^(flask_socketio\\.|socketio\\.)?(SocketIO|AsyncServer)$") (#lacks-key? @_args "message_queue" "client_manager") (#set! by "socket.io") (#gate! "SocketIO\\(|AsyncServer\\("))
((string (string_content) @adapts.name) @adapts
  (#match? @adapts.name "channels_redis|RedisChannelLayer") (#gate! "channels_redis"))
((keyword_argument name: (identifier) @adapts.name) @adapts
  (#any-of? @adapts.name "message_queue" "client_manager") (#gate! "message_queue|client_manager"))
((call function: (attribute attribute: (identifier) @_init) arguments: (argument_list (keyword_argument name: (identifier) @adapts.name))) @adapts
  (#eq? @_init "init_app") (#eq? @adapts.name "message_queue") (#gate! "message_queue"))

; https://docs.python.org/3/library/signal.html
((call function: (_) @_signal arguments: (argument_list . (_) @handles-signal.signal)) @handles-signal
  (#match? @_signal "(^|\\.)(signal|add_signal_handler)$") (#gate! "SIG(TERM|INT)"))

; https://docs.python.org/3/library/subprocess.html
((call function: (_) @_run arguments: (argument_list . (string . (string_start) . (string_content) @runs-command.name))) @runs-command
  (#match? @_run "^(os\\.(system|popen)|subprocess\\.(run|call|check_call|check_output|Popen|getoutput)|asyncio\\.create_subprocess_shell)$") (#gate! "os\\.(system|popen)|subprocess"))
((assignment left: (identifier) @_cmd right: (list . (string) @runs-command.name)) @runs-command
  (#match? @_cmd "^(cmd|command|args)$") (#file-has? "subprocess"))
((keyword_argument name: (identifier) @_args value: (tuple . (list . (string) @runs-command.name))) @runs-command
  (#eq? @_args "args") (#file-has? "subprocess"))
((call function: (_) @_run arguments: (argument_list . (list . (string) @runs-command.name))) @runs-command
  (#match? @_run "(^|\\.)(run|call|check_call|check_output|Popen|create_subprocess_exec)$") (#gate! "subprocess|Popen|check_(output|call)"))
((call function: (_) @_run arguments: (argument_list . (string) @runs-command.name)) @runs-command
  (#match? @_run "^(os\\.(system|popen)|subprocess\\.(run|call|check_call|check_output|Popen|getoutput)|asyncio\\.create_subprocess_(exec|shell))$") (#gate! "os\\.(system|popen)|subprocess"))
((call function: (_) @_which arguments: (argument_list . (string) @looks-for-command.name)) @looks-for-command
  (#match? @_which "(^|\\.)which$") (#gate! "which\\("))

; Schema
((call function: (attribute attribute: (identifier) @_create)) @syncs-schema
  (#eq? @_create "create_all") (#set! by "create_all") (#gate! "create_all"))
((call function: (attribute attribute: (identifier) @_drop)) @syncs-schema
  (#eq? @_drop "drop_all") (#set! by "drop_all") (#set! destructive) (#gate! "drop_all"))

((keyword_argument name: (identifier) @_generate value: (true)) @syncs-schema
  (#eq? @_generate "generate_schemas") (#set! by "generate_schemas") (#gate! "generate_schemas"))
((call function: (attribute attribute: (identifier) @_create)) @syncs-schema
  (#any-of? @_create "create_tables" "generate_schemas") (#set! by "create_tables") (#file-has? "peewee|tortoise"))

; Migrations when the code starts
((call function: (_) @_command arguments: (argument_list . (string) @_migrate)) @migrates
  (#match? @_command "(^|\\.)call_command$") (#match? @_migrate "^.migrate.$") (#set! by "migrate") (#gate! "call_command"))
((call function: (_) @_upgrade) @migrates
  (#match? @_upgrade "^((alembic\\.)?command\\.upgrade|flask_migrate\\.upgrade)$") (#set! by "alembic upgrade") (#gate! "upgrade"))

; Ways in
((call function: (identifier) @_debugged arguments: (argument_list (keyword_argument name: (identifier) @_evalex value: (true)))) @backdoor
  (#eq? @_debugged "DebuggedApplication") (#eq? @_evalex "evalex") (#set! by "DebuggedApplication") (#gate! "DebuggedApplication"))
((call function: (attribute object: (identifier) @_debugpy attribute: (identifier) @_listen) arguments: (argument_list . (_) @backdoor.host)) @backdoor
  (#any-of? @_debugpy "debugpy" "ptvsd") (#any-of? @_listen "listen" "enable_attach") (#set! by "debugpy") (#gate! "debugpy|ptvsd"))

; RabbitMQ. https://pika.readthedocs.io
((call function: (attribute attribute: (identifier) @_consume) arguments: (argument_list (_) . (_) . (true))) @auto-acks
  (#eq? @_consume "basic_consume") (#set! by "auto_ack") (#file-has? "pika"))
((call function: (attribute attribute: (identifier) @_iterator) arguments: (argument_list (keyword_argument name: (identifier) @_ack value: (true)))) @auto-acks
  (#eq? @_iterator "iterator") (#eq? @_ack "no_ack") (#set! by "no_ack") (#gate! "no_ack"))
((call function: (attribute attribute: (identifier) @_consume) arguments: (argument_list (keyword_argument name: (identifier) @_ack value: (true)))) @auto-acks
  (#any-of? @_consume "basic_consume" "basic_get") (#any-of? @_ack "auto_ack" "no_ack") (#set! by "auto_ack") (#gate! "auto_ack|no_ack"))
((call function: (attribute attribute: (identifier) @_consume) arguments: (argument_list (keyword_argument name: (identifier) @_ack value: (true)))) @auto-acks
  (#eq? @_consume "consume") (#eq? @_ack "no_ack") (#set! by "no_ack") (#file-has? "aio_pika|aiormq|kombu"))
((call function: (attribute attribute: (identifier) @_read) arguments: (argument_list (keyword_argument name: (identifier) @_ack value: (true)))) @auto-acks
  (#any-of? @_read "xreadgroup" "xread_group") (#eq? @_ack "noack") (#set! by "noack") (#gate! "noack"))
((pair key: (string) @_key value: (true)) @auto-acks
  (#match? @_key "^.enable\\.auto\\.commit.$") (#set! by "enable.auto.commit") (#gate! "enable\\.auto\\.commit"))

((call function: (attribute attribute: (identifier) @_delay)) @enqueues
  (#any-of? @_delay "apply_async" "delay") (#set! by "celery") (#gate! "\\.(delay|apply_async)\\("))
((call function: (attribute object: (identifier) @_queue attribute: (identifier) @_enqueue)) @enqueues
  (#match? @_queue "(^|_)(q|queue)$") (#any-of? @_enqueue "enqueue" "enqueue_in" "enqueue_at") (#set! by "rq") (#file-has? "from rq import|import rq"))

((string (string_content) @reads-file.name) @reads-file
  (#match? @reads-file.name "^/run/secrets") (#gate! "/run/secrets"))

; Comparisons with the name of an environment
((comparison_operator . (_) @compares.name operators: ["==" "!="] (string) @compares.value .) @compares (#file-has? "(APP|DEPLOY|RUN|NODE|GO|DJANGO|FLASK|RAILS|RACK)_?ENV|ENVIRONMENT|APP_STAGE|\\bSTAGE\\b|\\bENV\\b"))
((match_statement subject: (_) @compares.name body: (block (case_clause (case_pattern (string) @compares.value)) @compares)) (#file-has? "\\bmatch\\b"))

; Collections of the module, changed by requests
((module (expression_statement (assignment left: (identifier) @keeps.name right: [(dictionary) (list) (call)] @_empty) @keeps))
  (#match? @_empty "^(\\{\\}|\\[\\]|dict\\(\\)|list\\(\\)|set\\(\\)|defaultdict\\(.*\\)|deque\\(\\))$") (#file-has? "\\.(route|get|post|put|patch|delete)\\("))
((augmented_assignment left: (subscript value: (identifier) @remembers.name)) @remembers (#file-has? "\\.(route|get|post|put|patch|delete)\\("))
((assignment left: (subscript value: (identifier) @remembers.name)) @remembers (#file-has? "\\.(route|get|post|put|patch|delete)\\("))
((call function: (attribute object: (identifier) @remembers.name attribute: (identifier) @_change)) @remembers
  (#any-of? @_change "append" "add" "pop" "update" "setdefault" "insert") (#file-has? "\\.(route|get|post|put|patch|delete)\\("))

; Logs over the network
((call function: (_) @logs.name) @logs
  (#match? @logs.name "(^|\\.)(SysLogHandler|SocketHandler|DatagramHandler|GELF\\w*Handler|Gelf\\w*Handler|FluentHandler|FluentSender|SplunkHandler|LogstashHandler|AsynchronousLogstashHandler|TCPLogstashHandler|LogglyHandler|LokiHandler)$") (#set! sink "network") (#gate! "Handler\\(|FluentSender"))
((pair key: (string) @_class value: (string (string_content) @logs.name)) @logs
  (#match? @_class "class") (#match? @logs.name "\\.(SysLogHandler|SocketHandler|GELF\\w*Handler|Gelf\\w*Handler|FluentHandler|SplunkHandler|\\w*LogstashHandler|LogglyHandler|LokiHandler)$") (#set! sink "network") (#gate! "Handler"))

((call function: (identifier) @calls.function arguments: (argument_list . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((call function: (attribute attribute: (identifier) @calls.function) arguments: (argument_list . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((assignment left: (identifier) @defines.name right: (_) @defines.value) (#gate! "."))

; https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html
((call function: (attribute attribute: (identifier) @_sync) arguments: (argument_list . (attribute attribute: (identifier) @_create))) @syncs-schema
  (#eq? @_sync "run_sync") (#eq? @_create "create_all") (#set! by "create_all") (#gate! "create_all"))
((call function: (attribute attribute: (identifier) @_sync) arguments: (argument_list . (attribute attribute: (identifier) @_drop))) @syncs-schema
  (#eq? @_sync "run_sync") (#eq? @_drop "drop_all") (#set! by "drop_all") (#set! destructive) (#gate! "drop_all"))

; Libraries that run a program of the machine.
((call function: (attribute) @_call) @runs-command
  (#match? @_call "^pytesseract\\.(image_to|get_)") (#set! tool "tesseract") (#gate! "pytesseract"))
((call function: (identifier) @_call) @runs-command
  (#any-of? @_call "convert_from_path" "convert_from_bytes") (#set! tool "pdftoppm") (#file-has? "pdf2image"))
((call function: (attribute) @_call) @runs-command
  (#match? @_call "^pdfkit\\.from_") (#set! tool "wkhtmltopdf") (#gate! "pdfkit"))
((call function: (attribute) @_call) @runs-command
  (#match? @_call "^AudioSegment\\.from_") (#set! tool "ffmpeg") (#gate! "AudioSegment"))
((call function: (attribute) @_call) @runs-command
  (#match? @_call "^(git\\.)?Repo\\.clone_from$") (#set! tool "git") (#gate! "clone_from"))

; loguru, with a path that is made
((call function: (attribute object: (identifier) @_logger attribute: (identifier) @_add) arguments: (argument_list . [(call) (binary_operator) (concatenated_string) (identifier) (attribute)] @logs.file (keyword_argument name: (identifier) @_rotation))) @logs
  (#eq? @_logger "logger") (#eq? @_add "add") (#any-of? @_rotation "rotation" "retention") (#set! sink "file") (#file-has? "loguru"))

((call function: (identifier) @_run) @migrates
  (#any-of? @_run "run_migrations" "apply_migrations" "run_db_migrations" "migrate_database") (#set! by "run_migrations") (#set! own) (#gate! "_migrations\\(|migrate_database"))

; Migrations by a command
((call function: (_) @_run arguments: (argument_list . [(list) (string)] @_command)) @migrates
  (#match? @_run "^(os\\.(system|popen)|(subprocess\\.)?(run|call|check_call|check_output|Popen)|asyncio\\.create_subprocess_(exec|shell))$") (#match? @_command "alembic\\W+upgrade") (#set! by "alembic upgrade") (#gate! "alembic"))
((call function: (_) @_run arguments: (argument_list . [(list) (string)] @_command)) @migrates
  (#match? @_run "^(os\\.(system|popen)|(subprocess\\.)?(run|call|check_call|check_output|Popen))$") (#match? @_command "manage\\.py\\W+migrate\\b") (#set! by "manage.py migrate") (#gate! "manage\\.py"))
((call function: (identifier) @_upgrade arguments: (argument_list)) @migrates
  (#eq? @_upgrade "upgrade") (#set! by "flask db upgrade") (#file-has? "from flask_migrate import[^\\n]*upgrade"))

; https://www.starlette.io/middleware/#sessionmiddleware
((call function: (identifier) @_middleware arguments: (argument_list (keyword_argument name: (identifier) @_store value: (call function: (identifier) @_memory)))) @session
  (#match? @_middleware "SessionMiddleware$|add_middleware") (#eq? @_store "store") (#match? @_memory "^InMemoryStore$") (#set! store "memory") (#set! by "InMemoryStore") (#gate! "InMemoryStore"))

; The URL of another service of the app: its host has no dot.
((string (string_content) @connects.locator) @connects
  (#match? @connects.locator "^https?://[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?(/.*)?$") (#set! kind "http") (#gate! "https?://[A-Za-z][A-Za-z0-9_-]*[:/\\x22\'`]"))
