// Package main is a small shop.
// os.Getenv("COMMENTED_OUT") is not read, and redis://cache:6379 is not asked.
package main

import (
	"cmp"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/caarlos0/env/v11"
	"github.com/gin-gonic/gin"
	"github.com/joho/godotenv"
	"github.com/labstack/echo/v4/middleware"
	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"github.com/spf13/viper"
	"go.uber.org/zap"
	"gopkg.in/natefinch/lumberjack.v2"
)

// caarlos0/env, kelseyhightower/envconfig
type config struct {
	Token  string `env:"TAG_TOKEN,required"`
	Host   string `env:"TAG_HOST" envDefault:"localhost"`
	Region string `envconfig:"TAG_REGION" required:"true"`
	// not: a tag of another kind
	Name string `json:"name"`
}

// os
var stripeKey = os.Getenv("STRIPE_KEY")
var mailHost = cmp.Or(os.Getenv("MAIL_HOST"), "mail.internal")
var systemKey, _ = syscall.Getenv("SYSTEM_KEY")

// not: a text that only names a variable
const help = "Set os.Getenv(\"IN_TEXT\") before you start"

// A function of one's own
func variable(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func mustVariable(name string) string {
	value, ok := os.LookupEnv(name)
	if !ok {
		panic(name)
	}
	return value
}

func bind(target *string, name string) {
	*target = os.Getenv(name)
}

type vault struct{}

func (vault) lookup(name string) string {
	return os.Getenv(name)
}

func loadConfig() error {
	if os.Getenv("CLUSTER_NAME") == "" {
		return errors.New("CLUSTER_NAME is not set")
	}
	return env.Parse(&config{})
}

func main() {
	oauthScope := variable("OAUTH_SCOPE", "read")
	oauthID := mustVariable("OAUTH_ID")
	vaultRole := vault{}.lookup("VAULT_ROLE")
	var bound string
	bind(&bound, "BOUND_NAME")

	// What stops where it is missing
	signingKey := os.Getenv("SIGNING_KEY")
	if signingKey == "" {
		log.Fatal("SIGNING_KEY is not set")
	}
	if _, ok := os.LookupEnv("LOOKED_UP"); !ok {
		log.Fatal("LOOKED_UP is not set")
	}
	tenant, found := os.LookupEnv("TENANT")
	if !found {
		log.Fatal("TENANT is not set")
	}
	redisHost := os.Getenv("REDIS_HOST")
	if redisHost == "" {
		redisHost = "localhost"
	}

	// A list of names
	for _, name := range []string{"LIST_USER", "LIST_HOST"} {
		if os.Getenv(name) == "" {
			log.Fatal(name)
		}
	}

	// not: a condition that does not end anything
	theme := oauthScope
	if theme == "" {
		theme = "dark"
	}

	// Viper
	viper.AutomaticEnv()
	viper.SetDefault("VIPER_HOST", "localhost")
	viperToken := viper.GetString("VIPER_TOKEN")
	// not: a key that no variable has
	viperPath := viper.GetString("database.path")

	// godotenv
	_ = godotenv.Load()
	_ = godotenv.Overload(".env.shared")

	// net/http, net
	go http.ListenAndServe("127.0.0.1:8080", nil)
	listener, _ := net.Listen("tcp", "localhost:9000")
	socket, _ := net.Listen("unix", "/run/shop/app.sock")
	server := &http.Server{Addr: "127.0.0.1:8081"}
	// not: a client of another host
	connection, _ := net.Dial("tcp", "orders:9000")

	// Gin, Echo, Fiber
	router := gin.Default()
	router.Run("127.0.0.1:8082")
	// not: a command that is run
	exec.Command(help).Run()

	// The standard library's logs
	logFile, _ := os.OpenFile("app.log", os.O_APPEND|os.O_CREATE, 0o644)
	log.SetOutput(logFile)
	structured := slog.New(slog.NewJSONHandler(logFile, nil))
	zerolog.New(os.Stdout)
	// not: a log that goes nowhere
	log.SetFlags(log.LstdFlags)

	// logrus, lumberjack, zap, Gin, Echo
	logrus.SetOutput(&lumberjack.Logger{Filename: "/var/log/shop/rotating.log", MaxSize: 10})
	zapConfig := zap.NewProductionConfig()
	zapConfig.OutputPaths = []string{"/var/log/shop/zap.log"}
	zapConfig.OutputPaths = []string{"stdout"}
	_ = zap.Config{OutputPaths: []string{"/var/log/shop/zap-config.log"}}
	_ = zap.Config{OutputPaths: []string{"stderr"}}
	gin.DefaultWriter = logFile
	middleware.LoggerWithConfig(middleware.LoggerConfig{Output: logFile})

	// os/exec
	exec.Command("convert", "in.png", "out.webp").Run()
	exec.CommandContext(nil, "ffmpeg", "-i", "in.mov").Run()
	git, _ := exec.LookPath("git")
	// not: a command that is not written here
	exec.Command(git, "status").Run()

	// os/signal
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	// not: a signal of another kind
	signal.Ignore(syscall.SIGHUP)

	// Secrets of the stack
	password, _ := os.ReadFile("/run/secrets/db_password")
	// not: a page with secrets in its name
	page := "https://shop.example/run/secrets"

	slog.Info("ready", oauthID, vaultRole, tenant, redisHost, viperToken, viperPath, page, string(password))
	slog.Info("open", stripeKey, mailHost, systemKey, listener, socket, server, connection, structured, theme)
	slog.Info("done", loadConfig(), <-stop)
}
