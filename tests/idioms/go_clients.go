// Package clients asks the backing services.
// The cache was at redis://cache:6379 before.
package clients

import (
	"database/sql"
	"net/smtp"
	"os"
	"strings"

	"entgo.io/ent"
	"github.com/IBM/sarama"
	"github.com/boltdb/bolt"
	"github.com/bradfitz/gomemcache/memcache"
	"github.com/dgraph-io/badger/v4"
	"github.com/glebarez/sqlite"
	"github.com/golang-migrate/migrate/v4"
	redigo "github.com/gomodule/redigo/redis"
	"github.com/minio/minio-go/v7"
	"github.com/pressly/goose/v3"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/segmentio/kafka-go"
	"github.com/syndtr/goleveldb/leveldb"
	"go.mongodb.org/mongo-driver/mongo/options"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"xorm.io/xorm"
)

// A URL that is given to anything
const address = "nats://nats:4222"

// not: the scheme of a URL, a text with one of a service, a URL of the web
const scheme = "redis"
const message = "Set the address, such as postgres://shop@db/shop"
const home = "https://shop.example/redis"

func clients(engine *xorm.Engine, client *ent.Client, channel *amqp.Channel, m *migrate.Migrate) {
	// database/sql, GORM, pgx
	db, _ := sql.Open("postgres", "host=people-db dbname=shop")
	orm, _ := gorm.Open(postgres.Open("host=gorm-db dbname=shop"), &gorm.Config{})
	urls, _ := sql.Open("pgx", os.Getenv("DB_URL"))

	// Redis
	redis.NewClient(&redis.Options{Addr: "cache:6379"})
	redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{"cache-1:6379"}})
	redis.ParseURL("redis://limits:6379")
	redis.Dial("tcp", "sessions:6379")
	redigo.DialURL("redis://redigo:6379")

	// MongoDB, RabbitMQ
	options.Client().ApplyURI("mongodb://catalog:27017")
	amqp.Dial("amqp://rabbit:5672")

	// Kafka, memcached, MinIO, mail
	kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"kafka-1:9092", "kafka-2:9092"}})
	sarama.NewSyncProducer([]string{"kafka-3:9092"}, nil)
	memcache.New("memcached:11211")
	minio.New("objects:9000", nil)
	smtp.Dial("mail:25")

	// not: the beginning of a URL, a comparison with one
	_ = strings.HasPrefix(address, "redis://")
	if address == "redis://cache:6379" {
		return
	}

	// not: a file that is opened, an address of something else
	_, _ = os.Open("orders.csv")
	_ = struct{ Addr string }{Addr: "shop"}

	// SQLite
	gorm.Open(sqlite.Open("shop.db"), &gorm.Config{})
	sql.Open("sqlite3", "./old.db")

	// bbolt, LevelDB, Badger
	bolt.Open("bolt.db", 0o600, nil)
	leveldb.OpenFile("level", nil)
	badger.Open(badger.DefaultOptions("/srv/shop/badger"))
	badger.Open(badger.DefaultOptions("/srv/shop/files"))

	// Schemas
	orm.AutoMigrate(&message)
	engine.Sync2(new(string))
	client.Schema.Create(nil)

	// not: a schema that is left alone
	orm.Migrator().HasTable("orders")
	engine.Sync()

	// Migrations
	m.Up()
	goose.Up(db, "migrations")

	// not: a migration that is taken back
	m.Down()
	goose.Status(db, "migrations")

	// amqp091-go
	channel.Consume("orders", "", true, false, false, false, nil)
	_ = readerOptions{NoAck: true}

	// not: acknowledged by hand
	channel.Consume("mails", "", false, false, false, false, nil)
	_ = readerOptions{NoAck: false}
	_, _ = urls, scheme
}

type readerOptions struct{ NoAck bool }
