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
; python-decouple, environs, django-environ
((call function: (identifier) @_config arguments: (argument_list . (string) @reads-env.name)) @reads-env
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
; pydantic-settings: a field without a value is a variable that has to be there.
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) @_type !right) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#not-match? @_type "Optional|None|ClassVar|Dict|dict") (#not-match? @reads-env.name "^(model_config|_)")
  (#set! fields) (#set! required) (#gate! "BaseSettings"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) right: (_) @reads-env.default) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#not-match? @reads-env.name "^(model_config|_)")
  (#not-match? @reads-env.default "^Field\\(\\s*([.][.][.]|[a-ce-z]\\w*\\s*=|\\))")
  (#set! fields) (#gate! "BaseSettings"))
((class_definition superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @reads-env.name type: (type) @_type right: (call function: (identifier) @_field arguments: (argument_list) @_args)) @reads-env)))
  (#match? @_base "(^|\\.)BaseSettings$") (#eq? @_field "Field") (#not-match? @_type "Optional|None") (#match? @_args "^[(]\\s*([.][.][.]|[a-z]\\w*\\s*=|[)])") (#lacks-key? @_args "default" "default_factory" "alias" "validation_alias" "env")
  (#set! fields) (#set! required) (#gate! "BaseSettings"))

((if_statement condition: (not_operator argument: (identifier) @requires.name) consequence: (block (raise_statement))) @requires
  (#gate! "raise"))
((if_statement condition: (comparison_operator . (identifier) @requires.name "is" (none) .) consequence: (block (raise_statement))) @requires
  (#gate! "raise"))
((if_statement condition: (not_operator argument: (identifier) @requires.name) consequence: (block (expression_statement (call function: (_) @_exit)))) @requires
  (#match? @_exit "^(sys\\.)?exit$") (#gate! "exit"))
((assert_statement . (identifier) @requires.name) @requires (#gate! "assert"))

; https://pypi.org/project/python-dotenv
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
; Uploads go elsewhere.
((assignment left: (identifier) @_key right: (string) @_backend) @uploads
  (#any-of? @_key "DEFAULT_FILE_STORAGE") (#not-match? @_backend "FileSystemStorage") (#set! store "shared") (#gate! "DEFAULT_FILE_STORAGE"))
((pair key: (string) @_key value: (string) @_backend) @uploads
  (#match? @_key "^.BACKEND.$") (#match? @_backend "S3|s3boto|GoogleCloudStorage|AzureStorage|gcloud|dropbox|storages\\.backends") (#set! store "shared") (#file-has? "storages"))

; Clients of backing services: the argument that says where they are.
((call function: (_) @_client arguments: (argument_list . [(string) (identifier) (call) (subscript) (boolean_operator)] @connects.locator)) @connects
  (#match? @_client "(^|\\.)(create_engine|create_async_engine|MongoClient|AsyncIOMotorClient|from_url|Elasticsearch|AsyncElasticsearch|connect_robust|URLParameters|NATS|create_pool|Pinecone)$")
  (#gate! "create_(async_)?engine|MongoClient|MotorClient|from_url|Elasticsearch|connect_robust|URLParameters|create_pool"))
((call function: (_) @_client arguments: (argument_list (keyword_argument name: (identifier) @_host value: (_) @connects.locator))) @connects
  (#match? @_client "(^|\\.)(Redis|StrictRedis|psycopg2?\\.connect|connect|MongoClient|ConnectionParameters|Elasticsearch|SMTP|Minio|KafkaProducer|KafkaConsumer|MySQLdb\\.connect|pymysql\\.connect|asyncpg\\.connect|create_pool)$")
  (#any-of? @_host "host" "dsn" "bootstrap_servers" "endpoint" "url") (#gate! "Redis|connect|MongoClient|ConnectionParameters|Elasticsearch|SMTP|Minio|Kafka|create_pool"))
((call function: (_) @_client arguments: (argument_list . [(string) (identifier)] @connects.locator)) @connects
  (#match? @_client "^(redis\\.)?(Redis|StrictRedis)$|psycopg2?\\.connect$|asyncpg\\.connect$|smtplib\\.SMTP$|pika\\.ConnectionParameters$") (#gate! "Redis|psycopg|asyncpg|smtplib|pika"))
((call function: (_) @_client arguments: (argument_list (dictionary (pair key: (string) @_key value: (_) @connects.locator)))) @connects
  (#match? @_client "(Producer|Consumer|AdminClient)$") (#match? @_key "bootstrap.servers") (#gate! "bootstrap\\.servers"))
((assignment left: (_) @_key right: (_) @connects.locator) @connects
  (#match? @_key "(SQLALCHEMY_DATABASE_URI|CELERY_BROKER_URL|BROKER_URL|broker_url|MONGO_URI|REDIS_URL|EMAIL_HOST$|CACHE_REDIS_URL|RATELIMIT_STORAGE_URL|DATABASE_URL|SQLALCHEMY_DATABASE_URL)")
  (#gate! "SQLALCHEMY_DATABASE_UR|BROKER_URL|broker_url|MONGO_URI|REDIS_URL|STORAGE_URL|DATABASE_URL|EMAIL_HOST"))
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

; Schedulers. https://apscheduler.readthedocs.io
((call function: (_) @_scheduler) @schedules
  (#match? @_scheduler "(^|\\.)(BackgroundScheduler|BlockingScheduler|AsyncIOScheduler|APScheduler)$") (#set! by "APScheduler") (#gate! "Scheduler"))
((call function: (attribute object: (identifier) @_schedule attribute: (identifier) @_every)) @schedules
  (#eq? @_schedule "schedule") (#eq? @_every "every") (#set! by "schedule") (#gate! "schedule\\.every"))
((call function: (_) @_store) @elects
  (#match? @_store "(^|\\.)(SQLAlchemyJobStore|RedisJobStore|MongoDBJobStore|DjangoJobStore)$") (#gate! "JobStore"))

((assignment left: (_) @_key right: (true)) @inline-jobs
  (#match? @_key "(CELERY_TASK_ALWAYS_EAGER|CELERY_ALWAYS_EAGER|task_always_eager)$") (#set! by "CELERY_TASK_ALWAYS_EAGER") (#gate! "(?i)always_eager"))

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

; Ways in
((call function: (attribute object: (identifier) @_debugpy attribute: (identifier) @_listen) arguments: (argument_list . (_) @backdoor.host)) @backdoor
  (#any-of? @_debugpy "debugpy" "ptvsd") (#any-of? @_listen "listen" "enable_attach") (#set! by "debugpy") (#gate! "debugpy|ptvsd"))

; RabbitMQ. https://pika.readthedocs.io
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

((call function: (identifier) @calls.function arguments: (argument_list . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((call function: (attribute attribute: (identifier) @calls.function) arguments: (argument_list . (string) @calls.name . (_)? @calls.default)) @calls (#gate! "."))
((assignment left: (identifier) @defines.name right: (_) @defines.value) (#gate! "."))
