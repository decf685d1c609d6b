<?php
// The environment and the work of a small shop.
// getenv('COMMENTED_OUT') is not read, and redis://cache:6379 is not asked.

use App\Jobs\SendMail;
use Doctrine\DBAL\DriverManager;
use Dotenv\Dotenv;
use Illuminate\Support\Facades\Artisan;
use Monolog\Handler\GelfHandler;
use Monolog\Handler\RotatingFileHandler;
use Monolog\Handler\StreamHandler;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use Psr\Http\Message\UploadedFileInterface;
use Symfony\Component\Cache\Adapter\RedisAdapter;
use Symfony\Component\HttpFoundation\File\UploadedFile;
use Symfony\Component\Process\Process;

// getenv
$stripeKey = getenv('STRIPE_KEY');
$redisHost = getenv('REDIS_HOST') ?: 'localhost';
$region = getenv('REGION') ?? 'eu';
$tenant = getenv('TENANT') ?: throw new RuntimeException('TENANT is not set');
$bucket = getenv('BUCKET') ? getenv('BUCKET') : 'invoices';

// $_ENV, $_SERVER
$queueName = $_ENV['QUEUE_NAME'];
$queueHost = $_ENV['QUEUE_HOST'] ?? 'localhost';
$mailHost = $_SERVER['MAIL_HOST'];
$searchUrl = $_SERVER['SEARCH_URL'] ?? 'http://localhost:9200';

// What stops where it is missing
if (!getenv('SIGNING_KEY')) {
    throw new RuntimeException('SIGNING_KEY is not set');
}

// Laravel's env()
$appKey = env('APP_KEY');
$cacheHost = env('CACHE_HOST', 'localhost');

// A function of one's own
function variable(string $name, ?string $fallback = null): ?string
{
    return getenv($name) ?: $fallback;
}
$oauthScope = variable('OAUTH_SCOPE', 'read');

function given(string $name): ?string
{
    return $_ENV[$name] ?? null;
}
$oauthId = given('OAUTH_ID');

class Vault
{
    public function given(string $name): string
    {
        return $_ENV[$name];
    }

    public function lookup(string $name): string
    {
        return getenv($name);
    }
}
$vaultRole = (new Vault())->lookup('VAULT_ROLE');
$vaultPath = (new Vault())->given('VAULT_PATH');

// not: what the server says of a request, a text that only names a variable, another array
$agent = $_SERVER['HTTP_HOST'];
$method = $_SERVER['REQUEST_METHOD'];
$help = "Set getenv('IN_TEXT') before you start";
$options = ['IN_OPTIONS' => '1'];
$inOptions = $options['IN_OPTIONS'];

// phpdotenv, symfony/dotenv
Dotenv::createMutable(__DIR__)->load();
(new Symfony\Component\Dotenv\Dotenv())->overload('.env.shared');

// not: a file that does not win
Dotenv::createImmutable(__DIR__)->load();

// Monolog
$logger->pushHandler(new StreamHandler('/var/log/shop/app.log'));
$logger->pushHandler(new RotatingFileHandler('/var/log/shop/rotating.log'));
$logger->pushHandler(new StreamHandler('php://stdout'));
$logger->pushHandler(new GelfHandler($publisher));

// error_log
error_log('Shop is ready', 3, '/var/log/shop/errors.log');

// not: a message to where all errors go
error_log('Shop is ready');

// Sessions
session_start();
ini_set('session.save_handler', 'redis');
session_set_save_handler($handler, true);

// not: another setting of sessions
ini_set('session.gc_maxlifetime', '3600');

// Uploads
move_uploaded_file($_FILES['avatar']['tmp_name'], 'uploads/avatar.png');

function upload(UploadedFile $file, UploadedFileInterface $other): void
{
    $file->move('media/', $file->getClientOriginalName());
    $other->moveTo('uploads/other.png');
    // not: what is only kept for a moment
    $file->move('/tmp/parts', 'a.png');
}

// PDO, mysqli, PostgreSQL
$pdo = new PDO('mysql:host=orders-db;dbname=shop', 'shop', 'x');
$mysqli = new mysqli('mysqli-db', 'shop', 'x', 'shop');
$postgres = pg_connect('host=people-db dbname=shop');
define('DB_HOST', 'wordpress-db');

// Doctrine, RabbitMQ, MongoDB
$doctrine = DriverManager::getConnection(['url' => 'postgres://shop@doctrine-db/shop']);
$cached = RedisAdapter::createConnection('redis://adapter:6379');
$rabbit = new AMQPStreamConnection('rabbit', 5672, 'shop', 'x');
$mongo = new MongoDB\Client('mongodb://catalog:27017');

// Redis, memcached
$redis = new Redis();
$redis->connect('cache', 6379);
$memcached->addServer('memcached', 11211);

// A URL that is given to anything
$address = 'nats://nats:4222';
$double = "redis://limits:6379";

// not: a URL of the web, a text with one of a service, the beginning of one, a comparison
$home = 'https://shop.example/redis';
$message = 'Set the address, such as postgres://shop@db/shop';
$isRedis = str_starts_with($home, 'redis://');
$isSame = $home === 'redis://cache:6379';

// not: a constant of another kind, an object that is connected otherwise
define('SHOP_NAME', 'shop');
$printer->connect('printer', 9100);

// SQLite
$lite = new PDO('sqlite:/srv/shop/shop.db');
$lites = "sqlite:$home/shop.db";

// Laravel
Artisan::call('migrate', ['--force' => true]);
SendMail::dispatch('a@shop.example');

// not: another command of it
Artisan::call('cache:clear');

// pcntl
pcntl_signal(SIGTERM, fn () => exit(0));

// Commands
exec('convert in.png out.webp');
shell_exec("ffmpeg -i $home out.mp4");
$process = new Process(['wkhtmltopdf', 'a.html', 'a.pdf']);

// not: a command that is not written here
exec($options['command']);

// php-amqplib
$channel->basic_consume('orders', '', false, true, false, false, $callback);
// not: acknowledged by hand
$channel->basic_consume('mails', '', false, false, false, false, $callback);

// Secrets of the stack
$password = file_get_contents('/run/secrets/db_password');
// not: a page with secrets in its name
$page = 'https://shop.example/run/secrets';
