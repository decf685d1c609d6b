# frozen_string_literal: true

# The environment and the work of a small shop.
# ENV["COMMENTED_OUT"] is not read, and redis://cache:6379 is not asked.

require "bunny"
require "carrierwave"
require "dotenv"
require "open3"
require "redis"
require "sidekiq"
require "sinatra"
require "sqlite3"

# ENV
stripe_key = ENV["STRIPE_KEY"]
redis_host = ENV["REDIS_HOST"] || "localhost"
tenant = ENV.fetch("TENANT")
region = ENV.fetch("REGION", "eu")
mail_host = ENV.fetch("MAIL_HOST") { "mail.internal" }
tracing = ENV.key?("TRACING_ENDPOINT")
ENV["TZ"] = "UTC"
ENV["LANG_OF_SHOP"] ||= "en"

# What stops where it is missing
raise "CLUSTER is not set" unless ENV["CLUSTER"]
abort "SIGNING_KEY is not set" if ENV["SIGNING_KEY"].nil?

# A list of names
%w[LIST_USER LIST_HOST].each { |name| ENV.fetch(name) }

# A function of one's own
def variable(name, fallback = nil)
  ENV.fetch(name, fallback)
end
oauth_scope = variable("OAUTH_SCOPE", "read")

# not: a text that only names a variable, a hash that is called otherwise
help = "Set ENV['IN_TEXT'] before you start"
options = { "IN_OPTIONS" => "1" }
in_options = options["IN_OPTIONS"]

# not: a condition that does not end anything
theme = options["theme"]
theme = "dark" unless theme

# dotenv
Dotenv.load
Dotenv.overload(".env.shared")

# not: a text of it that is parsed
Dotenv.parse(".env.example")

# Sinatra, Puma
set :bind, "127.0.0.1"
set :port, 4567
bind "tcp://127.0.0.1:9292"
bind "unix:///run/shop/puma.sock"

# not: another setting, a socket of another kind, a comparison with an address
set :views, "views"
bind options
local = help == "tcp://127.0.0.1:9292"

# Logger
Logger.new("/var/log/shop/app.log")
Logger.new($stdout)
config.logger = Logger.new(Rails.root.join("log", "shop.log"))

# not: a log that goes nowhere
Logger.new(nil)
Logger.new(IO::NULL)

# Rack, Rails
use Rack::Session::Pool, expire_after: 3600
config.session_store :cache_store, key: "shop"
config.cache_store = :memory_store

# not: sessions in the cookie
use Rack::Session::Cookie, key: "shop"
config.session_store :cookie_store, key: "shop"

# Active Storage
config.active_storage.service = :local

# not: a bucket
config.active_storage.service = :amazon

# CarrierWave
class AvatarUploader < CarrierWave::Uploader::Base
  storage :file
end

# Shrine
Shrine::Storage::FileSystem.new("public", prefix: "avatars")

# Files of a request
File.open("uploads/#{options['name']}", "wb") { |file| file.write("a") }
FileUtils.mv(options["path"], "public/uploads/a.png")

# not: what is read, or is no upload
File.open("uploads/a.png", "rb")
File.open("catalog.csv", "w")
FileUtils.cp("a.csv", "b.csv")

# Redis
Redis.new(url: "redis://cache:6379")
Redis.new(host: "sessions")
Sidekiq.configure_server { |sidekiq| sidekiq.redis = { url: "redis://sidekiq:6379" } }
config.cache_store = :redis_cache_store, "redis://rails-cache:6379"

# RabbitMQ, Kafka, databases
Bunny.new("amqp://rabbit:5672")
Sequel.connect("postgres://shop@sequel-db/shop")
PG.connect(host: "people-db", dbname: "shop")
Kafka.new(["kafka-1:9092", "kafka-2:9092"])
Elasticsearch::Client.new(hosts: ["http://search:9200"])
Dalli::Client.new("memcached:11211")

# Action Mailer
config.action_mailer.smtp_settings = { address: "mail", port: 25 }

# A URL that is given to anything
address = "nats://nats:4222"

# not: a URL of the web, a text with one of a service, the beginning of one, a comparison
home = "https://shop.example/redis"
message = "Set the address, such as postgres://shop@db/shop"
is_redis = home.start_with?("redis://")
is_same = home == "redis://cache:6379"

# SQLite
SQLite3::Database.new("shop.db")

# Bunny, Sidekiq
queue = Bunny.new(address).start.create_channel.queue("orders")
queue.subscribe(manual_ack: false) { |_, _, text| text }
MailWorker.perform_async("a@shop.example")

# not: acknowledged by hand, done at once
queue.subscribe(manual_ack: true) { |_, _, text| text }
MailWorker.new.perform("a@shop.example")

# Active Job
config.active_job.queue_adapter = :async

# not: jobs that go to the broker
config.active_job.queue_adapter = :sidekiq

# rufus-scheduler, Clockwork
scheduler = Rufus::Scheduler.new
Clockwork.every(3600, "report")

# not: another loop
3.times { |count| count }

# Active Record
ActiveRecord::MigrationContext.new("db/migrate").migrate

# not: a migration that is looked at
ActiveRecord::MigrationContext.new("db/migrate").needs_migration?

# pry-remote
binding.remote_pry

# trap
trap("TERM") { exit }

# Commands
system("convert in.png out.webp")
Open3.capture2("wkhtmltopdf a.html -")
version = `ffmpeg -version`

# not: a command that is not written here
system(options["command"])

# Secrets of the stack
password = File.read("/run/secrets/db_password")

# not: a page with secrets in its name
page = "https://shop.example/run/secrets"

# Logs over the network
LogStashLogger.new(type: :udp, host: "logstash", port: 5228)

# Without Rails
ActiveRecord::Base.establish_connection(adapter: "postgresql", host: "orders-db", database: "shop")
shop = Sequel.sqlite("shop.db")
Dotenv.load(overwrite: true)

# Jobs of this process alone
config.active_job.queue_adapter = :sucker_punch

puts stripe_key, redis_host, tenant, region, mail_host, tracing, oauth_scope, in_options, theme, local
puts message, is_redis, is_same, scheduler, version, password, page
