//! The environment and the work of a small shop.
//! `env::var("COMMENTED_OUT")` is not read, and redis://cache:6379 is not asked.

use std::env;
use std::net::SocketAddr;
use std::process::Command;

use clap::Parser;
use diesel::PgConnection;
use rocksdb::DB;
use sqlx::{PgPool, SqlitePool};
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tower_sessions::MemoryStore;
use tracing_appender::rolling::{RollingFileAppender, Rotation};

const MAIL_HOST: &str = "mail.internal";

// clap
#[derive(Parser)]
struct Arguments {
    #[arg(long, env = "CLAP_TOKEN")]
    token: String,
    #[arg(long, env = "CLAP_HOST", default_value = "localhost")]
    host: String,
    // not: one that may be left out, one without a variable
    #[arg(long, env = "CLAP_HINT")]
    hint: Option<String>,
    #[arg(long)]
    theme: String,
}

// A function of one's own
fn variable(name: &str, fallback: &str) -> String {
    env::var(name).unwrap_or(fallback.to_string())
}

fn settings() -> anyhow::Result<()> {
    // std::env
    let stripe_key = env::var("STRIPE_KEY");
    let tenant = env::var("TENANT").expect("TENANT is not set");
    let redis_host = env::var("REDIS_HOST").unwrap_or_else(|_| "localhost".to_string());
    let mail_host = env::var("MAIL_HOST").unwrap_or(MAIL_HOST.to_string());
    let cluster = env::var("CLUSTER")?;
    let region = env::var("REGION").context("REGION is not set")?;
    let Ok(bucket) = env::var("BUCKET") else { panic!("BUCKET is not set") };
    let signing_key = match env::var("SIGNING_KEY") {
        Ok(key) => key,
        Err(_) => panic!("SIGNING_KEY is not set"),
    };
    let home = env::var_os("HOME_OF_SHOP");
    let oauth_scope = variable("OAUTH_SCOPE", "read");

    // not: a text that only names a variable, a variable of the build, a map
    let help = "Set env::var before you start";
    let version = env!("CARGO_PKG_VERSION");
    let options = std::collections::HashMap::from([("IN_OPTIONS", "1")]);
    let in_options = options.get("IN_OPTIONS");

    // dotenvy
    dotenvy::dotenv().ok();
    dotenvy::dotenv_override().ok();
    Ok(())
}

async fn servers(app: axum::Router) -> anyhow::Result<()> {
    // Axum, hyper
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let local = SocketAddr::from(([127, 0, 0, 1], 3001));
    // not: all addresses
    let all = SocketAddr::from(([0, 0, 0, 0], 3002));

    // Actix, Warp, Rocket
    HttpServer::new(|| App::new()).bind(("127.0.0.1", 8080))?.run().await?;
    HttpServer::new(|| App::new()).bind("localhost:8081")?.run().await?;
    warp::serve(routes()).run(([127, 0, 0, 1], 8082)).await;
    rocket::build().launch().await?;
    // not: all addresses, a comparison with one
    warp::serve(routes()).run(([0, 0, 0, 0], 8083)).await;
    let is_local = MAIL_HOST == "127.0.0.1:3000";

    // Signals
    axum::serve(listener, app).with_graceful_shutdown(stopped()).await?;
    tokio::signal::ctrl_c().await?;
    // not: a signal that one's own code sends
    let sent = stopped();
    Ok(())
}

fn logs() {
    // tracing-appender, log4rs, simplelog
    let hourly = tracing_appender::rolling::hourly("/var/log/shop", "hourly.log");
    let daily = RollingFileAppender::new(Rotation::DAILY, "/var/log/shop", "daily.log");
    WriteLogger::init(LevelFilter::Info, Config::default(), File::create("simple.log").unwrap());
    WriteLogger::new(LevelFilter::Info, Config::default(), open_log("opened.log"));
    // tracing-subscriber, env_logger
    tracing_subscriber::fmt::init();
    env_logger::init();
    // not: a level, an appender of nothing
    let level = LevelFilter::Info;
    let nothing = ConsoleAppender::builder();
}

fn stores() {
    // tower-sessions
    let store = MemoryStore::default();
    // not: a store of something else
    let carts = CartStore::default();
}

async fn clients(channel: lapin::Channel) -> anyhow::Result<()> {
    // SQLx, Diesel
    let orders = PgPool::connect("postgres://shop@orders-db/shop").await?;
    let people = PgConnection::establish("postgres://shop@people-db/shop")?;
    let url = env::var("DB_URL")?;
    let pool = PgPool::connect(&url).await?;

    // Redis, MongoDB, Kafka
    let cache = redis::Client::open("redis://cache:6379")?;
    let catalog = mongodb::Client::with_uri_str("mongodb://catalog:27017").await?;
    let kafka = ClientConfig::new().set("bootstrap.servers", "kafka:9092").create()?;
    let address = "nats://nats:4222";

    // not: a URL of the web, a text with one of a service, the beginning of one, a comparison
    let page = "https://shop.example/redis";
    let message = "Set the address, such as postgres://shop@db/shop";
    let is_redis = page.starts_with("redis://");
    let is_same = page == "redis://cache:6379";

    // SQLite, sled, RocksDB
    let lite = SqlitePool::connect("sqlite:shop.db").await?;
    let old = rusqlite::Connection::open("old.db")?;
    let tree = sled::open("/srv/shop/sled")?;
    let rocks = DB::open_default("/srv/shop/rocks")?;
    // not: a database in the memory of one process
    let memory = rusqlite::Connection::open_in_memory()?;

    // lapin
    let unsafe_options = BasicConsumeOptions { no_ack: true, ..Default::default() };
    // not: acknowledged by hand
    let safe_options = BasicConsumeOptions { no_ack: false, ..Default::default() };

    // SQLx, Diesel, SeaORM
    sqlx::migrate!("./migrations").run(&orders).await?;
    people.run_pending_migrations(MIGRATIONS)?;
    Migrator::up(&lite, None).await?;
    Migrator::fresh(&lite).await?;
    // not: a migration that is looked at
    Migrator::status(&lite).await?;

    // tokio-cron-scheduler
    let scheduler = JobScheduler::new().await?;
    // not: a timer of the process
    let timer = tokio::time::interval(std::time::Duration::from_secs(60));
    Ok(())
}

async fn uploads(mut form: Multipart, part: NamedTempFile) -> anyhow::Result<()> {
    // Axum, Rocket
    tokio::fs::write("uploads/a.png", form.bytes().await?).await?;
    part.persist("/srv/shop/media/b.png")?;
    // not: what is only kept for a moment, or is no upload
    tokio::fs::write("/tmp/uploads/part.bin", "a").await?;
    tokio::fs::write("catalog.csv", "a").await?;
    Ok(())
}

fn commands(command: &str) -> std::io::Result<()> {
    // std::process
    Command::new("convert").arg("in.png").status()?;
    // not: a command that is not written here
    Command::new(command).status()?;

    // Secrets of the stack
    let password = std::fs::read_to_string("/run/secrets/db_password")?;
    // not: a page with secrets in its name
    let page = "https://shop.example/run/secrets";
    Ok(())
}

// A key of its own for every start: https://docs.rs/actix-session
fn sessions() {
    App::new().wrap(SessionMiddleware::new(CookieSessionStore::default(), Key::generate()));
}
