// The environment and the work of a small shop.
// Environment.GetEnvironmentVariable("COMMENTED_OUT") is not read, and redis://cache:6379 is not asked.
using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using MongoDB.Driver;
using Npgsql;
using RabbitMQ.Client;
using Serilog;
using StackExchange.Redis;

var builder = WebApplication.CreateBuilder(args);
var configuration = builder.Configuration;
var services = builder.Services;
var app = builder.Build();

// Environment
var stripeKey = Environment.GetEnvironmentVariable("STRIPE_KEY");
var tenant = Environment.GetEnvironmentVariable("TENANT") ?? throw new InvalidOperationException("TENANT is not set");
var redisHost = Environment.GetEnvironmentVariable("REDIS_HOST") ?? "localhost";

// IConfiguration
var token = configuration["Shop:Token"] ?? throw new InvalidOperationException("Shop:Token is not set");
var host = configuration["Shop:Host"] ?? "localhost";
var database = configuration.GetConnectionString("Shop") ?? throw new InvalidOperationException("Shop is not set");
var region = configuration.GetValue<string>("Shop:Region", "eu");

// A function of one's own
string Variable(string name, string fallback) => Environment.GetEnvironmentVariable(name) ?? fallback;
var oauthScope = Variable("OAUTH_SCOPE", "read");

// not: a text that only names a variable, another map
var help = "Set Environment.GetEnvironmentVariable before you start";
var options = new Dictionary<string, string> { ["IN_OPTIONS"] = "1" };
var inOptions = options["IN_OPTIONS"] ?? "none";

// DotNetEnv, dotenv.net
DotEnv.Load(new DotEnvOptions(overwriteExistingVars: true));
DotNetEnv.Env.Load(".env.shared", new LoadOptions(clobberExistingVars: true));

// not: a file that does not win
DotEnv.Load();

// Kestrel
builder.WebHost.UseUrls("http://localhost:5000");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(5001));
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(5002));
app.Run("http://127.0.0.1:5003");

// not: a middleware that ends requests, a comparison with an address
app.Run(context => context.Response.WriteAsync("ok"));
var local = help == "http://localhost:5000";

// Serilog
Log.Logger = new LoggerConfiguration().WriteTo.File("/var/log/shop/serilog.log").CreateLogger();
Log.Logger = new LoggerConfiguration().WriteTo.Console().CreateLogger();
Log.Logger = new LoggerConfiguration().WriteTo.Async(sinks => sinks.File("logs/async.log")).CreateLogger();
Log.Logger = new LoggerConfiguration().WriteTo.Seq("http://seq:5341").CreateLogger();

// Microsoft.Extensions.Logging
builder.Logging.AddJsonConsole();
builder.Logging.AddFile("/var/log/shop/app.log");

// not: a page that is a file
app.MapGet("/", () => Results.Text("ok"));

// Sessions
services.AddDistributedMemoryCache();
services.AddSession(session => session.IdleTimeout = TimeSpan.FromHours(1));
services.AddStackExchangeRedisCache(cache => cache.Configuration = "rediscache:6379");

// not: a cache of one's own process, for what can be asked again
services.AddMemoryCache();

// Databases
services.AddDbContext<ShopContext>(context => context.UseNpgsql("Host=orders-db;Database=shop;Username=shop"));
services.AddDbContext<ShopContext>(context => context.UseSqlServer(database));
using var connection = new NpgsqlConnection("Host=people-db;Database=shop;Username=shop");
var catalog = new MongoClient("mongodb://catalog:27017");
var mail = new SmtpClient("mail", 25);

// Redis, RabbitMQ, Kafka
var redis = ConnectionMultiplexer.Connect("cache:6379");
var factory = new ConnectionFactory { HostName = "rabbit" };
var producer = new ProducerConfig { BootstrapServers = "kafka:9092" };
var address = "amqp://rabbit-url:5672";

// not: a URL of the web, a text with one of a service, the beginning of one, a comparison
var home = "https://shop.example/redis";
var message = "Set the address, such as redis://cache:6379";
var isRedis = home.StartsWith("redis://");
var isSame = home == "redis://cache:6379";

// SQLite, LiteDB
services.AddDbContext<ShopContext>(context => context.UseSqlite("Data Source=shop.db"));
using var lite = new SqliteConnection("Data Source=lite.db");
using var documents = new LiteDatabase("documents.db");

// not: a database that is named, and no more
var kind = "UseSqlite";

// Quartz, Hangfire
services.AddQuartz(quartz => quartz.UsePersistentStore(store => store.UseClustering()));
services.AddHangfire(hangfire => hangfire.UseMemoryStorage());

// not: jobs that are kept elsewhere
services.AddHangfire(hangfire => hangfire.UsePostgreSqlStorage(database));

// SignalR
services.AddSignalR();
services.AddSignalR().AddStackExchangeRedis("signalr-redis:6379");

// Commands
Process.Start("convert", "in.png out.webp");
Process.Start(new ProcessStartInfo("wkhtmltopdf", "a.html a.pdf"));
Process.Start(new ProcessStartInfo { FileName = "ffmpeg", Arguments = "-version" });

// not: a command that is not written here
Process.Start(help);

// Entity Framework
using var context = new ShopContext();
context.Database.EnsureCreated();
context.Database.EnsureDeleted();
context.Database.Migrate();

// not: a database that is only looked at
context.Database.CanConnect();

// RabbitMQ, Kafka, Service Bus
channel.BasicConsume(queue: "orders", autoAck: true, consumer: consumer);
channel.BasicConsume("orders", true, consumer);
var receiver = new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete };
var committed = new ConsumerConfig { EnableAutoCommit = true };

// not: acknowledged by hand
channel.BasicConsume(queue: "mails", autoAck: false, consumer: consumer);
channel.BasicConsume("mails", false, consumer);
var careful = new ConsumerConfig { EnableAutoCommit = false };

// Secrets of the stack
var password = File.ReadAllText("/run/secrets/db_password");

// not: a page with secrets in its name
var page = "https://shop.example/run/secrets";

// Uploads
app.MapPost("/avatar", async (IFormFile file) =>
{
    using var target = new FileStream("uploads/avatar.png", FileMode.Create);
    await file.CopyToAsync(target);
    using var other = File.Create("media/other.png");
    await file.CopyToAsync(other);
    // not: what is only kept for a moment, or is read
    using var part = File.Create("/tmp/part.bin");
    using var read = new FileStream("uploads/avatar.png", FileMode.Open);
});

// A connection string with a second choice
var orders = builder.Configuration.GetConnectionString("Orders") ?? "Host=orders-db";

// Jobs of this process alone
builder.Services.AddSingleton<IBackgroundTaskQueue>(_ => new BackgroundTaskQueue(10));
builder.Services.AddMassTransit(x => x.UsingInMemory());
// using Coravel
app.Services.UseScheduler(s => s.Schedule<Report>().Daily());
