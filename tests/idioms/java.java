package shop.example;

import io.github.cdimascio.dotenv.Dotenv;
import io.javalin.Javalin;
import io.minio.MinioClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.logging.FileHandler;

/** The shop. System.getenv("COMMENTED_OUT") is not read, and redis://cache:6379 is not asked. */
@EnableRedisHttpSession
@EnableSchedulerLock(defaultLockAtMostFor = "10m")
public class Shop {
  // Spring
  @Value("${SPRING_TOKEN}")
  private String token;

  @Value("${SPRING_HOST:localhost}")
  private String host;

  // not: a property that is not named like a variable
  @Value("${shop.title}")
  private String title;

  // MicroProfile
  @ConfigProperty(name = "PROFILE_TOKEN")
  String profileToken;

  @ConfigProperty(name = "PROFILE_HOST", defaultValue = "localhost")
  String profileHost;

  // not: a property that is not named like a variable
  @ConfigProperty(name = "shop.color")
  String color;

  // Live connections
  private final List<WebSocketSession> sessions = new CopyOnWriteArrayList<>();

  // not: one emitter of one request
  private SseEmitter emitter;

  private static final String HELP = "Set System.getenv(\"IN_TEXT\") before you start";

  // A function of one's own
  static String setting(String name, String fallback) {
    String value = System.getenv(name);
    return value == null ? fallback : value;
  }

  static void environment(Environment env) {
    // System.getenv
    String stripeKey = System.getenv("STRIPE_KEY");
    String redisHost = System.getenv().getOrDefault("REDIS_HOST", "localhost");
    String queueName = System.getenv().get("QUEUE_NAME");
    String region = Objects.requireNonNullElse(System.getenv("REGION"), "eu");
    String tenant = Objects.requireNonNull(System.getenv("TENANT"));
    String cluster = Optional.ofNullable(System.getenv("CLUSTER")).orElseThrow();
    String mailHost = Optional.ofNullable(System.getenv("MAIL_HOST")).orElse("mail.internal");
    String bucket = System.getenv("BUCKET") != null ? System.getenv("BUCKET") : "invoices";

    // What stops where it is missing
    String signingKey = System.getenv("SIGNING_KEY");
    if (signingKey == null) {
      throw new IllegalStateException("SIGNING_KEY is not set");
    }

    // not: a condition that does not end anything
    String theme = HELP;
    if (theme == null) {
      theme = "dark";
    }

    // Spring's Environment, dotenv-java, a function of one's own
    env.getRequiredProperty("REQUIRED_TOKEN");
    Dotenv dotenv = Dotenv.load();
    String dotenvHost = dotenv.get("DOTENV_HOST", "localhost");
    String oauthScope = setting("OAUTH_SCOPE", "read");
    // not: a property of the virtual machine
    System.getProperty("USER_HOME");
  }

  static void servers(Vertx vertx) throws Exception {
    // Javalin, Vert.x, the JDK's server
    Javalin.create().start("127.0.0.1", 7000);
    vertx.createHttpServer().listen(7001, "localhost");
    HttpServer.create(new InetSocketAddress("127.0.0.1", 7002), 0).start();
    // not: a thread that starts, a comparison with an address
    new Thread(() -> {}).start();
    boolean local = HELP.equals("127.0.0.1:7000");
  }

  static void clients(HikariConfig hikariConfig, ConnectionFactory factory) throws Exception {
    // JDBC
    DriverManager.getConnection("jdbc:postgresql://orders-db/shop");
    hikariConfig.setJdbcUrl("jdbc:mysql://hikari-db/shop");

    // Redis
    new Jedis("cache", 6379);
    new JedisPool(new JedisPoolConfig(), "pool");
    RedisClient.create("redis://limits:6379");

    // MongoDB, RabbitMQ, Elasticsearch, NATS
    MongoClients.create("mongodb://catalog:27017");
    factory.setHost("rabbit");
    new HttpHost("search", 9200);
    Nats.connect("nats://nats:4222");

    // Kafka, MinIO
    Properties kafka = new Properties();
    kafka.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "kafka-1:9092");
    Map<String, Object> settings = Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "kafka-2:9092");
    MinioClient.builder().endpoint("http://objects:9000").build();

    // not: a URL of the web, a text with one of a service, the beginning of one, a comparison
    String home = "https://shop.example/redis";
    String message = "Set the address, such as jdbc:postgresql://db/shop";
    boolean redis = home.startsWith("redis://");
    boolean same = home.equals("redis://cache:6379");

    // SQLite, H2
    DriverManager.getConnection("jdbc:sqlite:shop.db");
    DriverManager.getConnection("jdbc:h2:mem:shop");
    DriverManager.getConnection("jdbc:h2:file:./shop");
  }

  static void uploads(MultipartFile file, UploadedFile other, Path folder) throws Exception {
    // Spring, Files
    file.transferTo(folder.resolve("a.png"));
    Files.copy(file.getInputStream(), folder.resolve("b.png"));
    Files.write(folder.resolve("c.png"), file.getBytes());
    // Javalin
    FileUtil.streamToFile(other.content(), "uploads/d.png");
    // not: what is only kept for a moment, a stream that is handed on
    Files.move(folder, Files.createTempFile("shop", "part"));
    file.getInputStream().transferTo(null);
  }

  static void stores() {
    // Spring Session
    new MapSessionRepository(new ConcurrentHashMap<>());
    // not: a store of something else
    new MapCartRepository(new ConcurrentHashMap<>());
  }

  // Spring
  @Scheduled(cron = "0 0 3 * * *")
  @SchedulerLock(name = "nightly")
  public void nightly() {}

  // not: a method that is only named like it
  public void scheduled() {}

  static void work(Channel channel, Registry registry, Configuration hibernate) throws Exception {
    // Quartz
    StdSchedulerFactory.getDefaultScheduler().start();
    new StdSchedulerFactory().getScheduler().start();

    // Flyway, Hibernate
    Flyway.configure().dataSource(null).load().migrate();
    hibernate.setProperty("hibernate.hbm2ddl.auto", "update");
    hibernate.setProperty("hibernate.hbm2ddl.auto", "create-drop");
    // not: a schema that is left alone
    hibernate.setProperty("hibernate.hbm2ddl.auto", "validate");

    // STOMP
    registry.enableSimpleBroker("/topic");
    registry.enableStompBrokerRelay("/topic");

    // RabbitMQ, Kafka
    channel.basicConsume("orders", true, null);
    Properties consumer = new Properties();
    consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "true");
    // not: acknowledged and committed by hand
    channel.basicConsume("mails", false, null);
    consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");

    // Logs
    new FileHandler("/var/log/shop/app.log");
    // not: a handler of the console
    new ConsoleHandler();

    // Signals
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));

    // Commands
    new ProcessBuilder("convert", "in.png", "out.webp").start();
    new ProcessBuilder(List.of("pdftoppm", "-png", "in.pdf")).start();
    new ProcessBuilder().command("ffmpeg", "-i", "in.mov").start();
    Runtime.getRuntime().exec(new String[] {"wkhtmltopdf", "a.html"});
    Runtime.getRuntime().exec("exiftool a.jpg");
    // not: a command that is not written here
    new ProcessBuilder(HELP).start();
    Runtime.getRuntime().availableProcessors();

    // Secrets of the stack
    Files.readString(Path.of("/run/secrets/db_password"));
    // not: a page with secrets in its name
    Path.of("https://shop.example/run/secrets");
  }

  @RabbitListener(queues = "orders", ackMode = "NONE")
  public void order(String message) {}

  // not: acknowledged by hand
  @RabbitListener(queues = "mails", ackMode = "MANUAL")
  public void mail(String message) {}
}

// Spring Session
@EnableJdbcHttpSession(maxInactiveIntervalInSeconds = 1800)
class SessionConfiguration {}

// not: another part of Spring that is switched on
@EnableWebSecurity(debug = false)
class SecurityConfiguration {}

// A schedule of Spring's own
class Schedules {
    void plan(org.springframework.scheduling.TaskScheduler scheduler) {
        scheduler.schedule(this::report, new CronTrigger("0 0 3 * * *"));
    }

    DataSource embedded() {
        return new EmbeddedDatabaseBuilder().build();
    }
}
