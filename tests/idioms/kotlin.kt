package shop.example

import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.sessions.SessionStorageMemory
import io.ktor.server.sessions.directorySessionStorage
import java.io.File
import java.nio.file.Files
import java.sql.DriverManager
import org.flywaydb.core.Flyway
import org.jetbrains.exposed.sql.Database
import org.jetbrains.exposed.sql.SchemaUtils

// System.getenv("COMMENTED_OUT") is not read, and redis://cache:6379 is not asked.

// System.getenv
val stripeKey = System.getenv("STRIPE_KEY")
val redisHost = System.getenv("REDIS_HOST") ?: "localhost"
val tenant = System.getenv("TENANT") ?: error("TENANT is not set")
val cluster = System.getenv("CLUSTER")!!
val region = System.getenv().getOrDefault("REGION", "eu")
val bucket = System.getenv().getValue("BUCKET")
val queueName = System.getenv()["QUEUE_NAME"]
val signingKey = requireNotNull(System.getenv("SIGNING_KEY"))
val hookKey = requireNotNull(System.getenv("HOOK_KEY")) { "HOOK_KEY is not set" }

// not: a text that only names a variable, a property of the virtual machine
const val HELP = "Set System.getenv before you start"
val home = System.getProperty("USER_HOME")

// A function of one's own
fun property(name: String, fallback: String): String = System.getenv(name) ?: fallback

val oauthScope = property("OAUTH_SCOPE", "read")

// Spring
@Component
class Mailer(@Value("\${SPRING_TOKEN}") val token: String, @Value("\${SPRING_HOST:localhost}") val host: String) {
    // not: a property that is not named like a variable
    @Value("\${shop.title}")
    lateinit var title: String
}

// Live connections
val sessions = ConcurrentHashMap<String, WebSocketSession>()

// not: a map of something else
val prices = ConcurrentHashMap<String, Int>()

fun servers() {
    // Ktor
    embeddedServer(Netty, port = 8080, host = "127.0.0.1") {}.start(wait = true)
    // not: a comparison with an address
    val local = HELP == "127.0.0.1:8080"
}

fun stores() {
    // Ktor
    SessionStorageMemory()
    directorySessionStorage(File("sessions"))
    // not: sessions in the cookie
    cookie("shop")
}

fun uploads(file: MultipartFile, folder: Path) {
    // Spring, Files
    file.transferTo(File("a.png"))
    Files.copy(file.inputStream, Path.of("uploads/b.png"))
    val target = File("uploads/${file.originalFilename}")
    // not: what is no upload
    Files.copy(folder, Path.of("catalog.csv"))
    File("orders.csv")
}

fun clients(hikari: HikariConfig) {
    // JDBC, Exposed
    DriverManager.getConnection("jdbc:postgresql://orders-db/shop")
    Database.connect("jdbc:mysql://exposed-db/shop")
    hikari.jdbcUrl = "jdbc:mariadb://hikari-db/shop"

    // Redis, MongoDB, Kafka
    JedisPool("cache", 6379)
    RedisClient.create("redis://limits:6379")
    KMongo.createClient("mongodb://catalog:27017")
    val kafka = mapOf(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG to "kafka-1:9092")

    // not: a URL of the web, a text with one of a service, the beginning of one, a comparison
    val page = "https://shop.example/redis"
    val message = "Set the address, such as jdbc:postgresql://db/shop"
    val redis = page.startsWith("redis://")
    val same = page == "redis://cache:6379"

    // SQLite, H2
    DriverManager.getConnection("jdbc:sqlite:shop.db")
    DriverManager.getConnection("jdbc:h2:mem:shop")
    DriverManager.getConnection("jdbc:h2:file:./shop")
}

// Spring
@Scheduled(cron = "0 0 3 * * *")
@SchedulerLock(name = "nightly")
fun nightly() {}

// not: a function that is only named like it
fun scheduled() {}

fun work(channel: Channel, registry: Registry) {
    // Flyway, Exposed
    Flyway.configure().dataSource(null).load().migrate()
    SchemaUtils.create(Orders)
    SchemaUtils.createMissingTablesAndColumns(Orders)
    // not: a schema that is only listed
    SchemaUtils.listTables()

    // STOMP
    registry.enableSimpleBroker("/topic")
    registry.enableStompBrokerRelay("/topic")

    // RabbitMQ
    channel.basicConsume("orders", true, null)
    // not: acknowledged by hand
    channel.basicConsume("mails", false, null)

    // Signals
    Runtime.getRuntime().addShutdownHook(Thread {})

    // Commands
    ProcessBuilder("convert", "in.png", "out.webp").start()
    ProcessBuilder(listOf("pdftoppm", "-png", "in.pdf")).start()
    Runtime.getRuntime().exec("exiftool a.jpg")
    // not: a command that is not written here
    ProcessBuilder(HELP).start()

    // Secrets of the stack
    File("/run/secrets/db_password").readText()
    // not: a page with secrets in its name
    File("https://shop.example/run/secrets")
}
