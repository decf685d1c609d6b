// Package web serves the shop.
package web

import (
	"io"
	"log/syslog"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"

	"github.com/alexedwards/scs/redisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/gin-contrib/sessions/memstore"
	"github.com/gin-gonic/gin"
	"github.com/go-co-op/gocron"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/session"
	"github.com/gorilla/sessions"
	"github.com/gorilla/websocket"
	"github.com/robfig/cron/v3"
	graylog "gopkg.in/gemnasium/logrus-graylog-hook.v2"
)

// Kept in the package, changed by requests
var seen = map[string]int{}
var prices = make(map[string]float64)

// WebSockets
var clients = make(map[*websocket.Conn]bool)

type hub struct {
	clients   map[*Client]bool
	broadcast chan []byte
}

// Client is one socket.
type Client struct{ conn *websocket.Conn }

// not: one connection of one request, names of anything
type page struct {
	conn   *websocket.Conn
	titles map[string]string
}

func (h *hub) run() {
	for message := range h.broadcast {
		for client := range h.clients {
			_ = client.conn.WriteMessage(1, message)
		}
	}
}

func order(w http.ResponseWriter, r *http.Request) {
	seen[r.URL.Path] = 1
	prices[r.URL.Path] = 2.5
	// not: what one request keeps for itself
	cart := map[string]int{}
	cart["a"] = 1
}

func sessionsOfShop(manager *scs.SessionManager) {
	// gorilla/sessions, memstore
	sessions.NewFilesystemStore("sessions", []byte("x"))
	memstore.NewStore([]byte("x"))

	// Fiber
	session.New()
	session.New(session.Config{CookieHTTPOnly: true})

	// scs
	scs.New()
	manager.Store = redisstore.New(nil)

	// not: sessions in the cookie, a session with a storage
	sessions.NewCookieStore([]byte("x"))
	session.New(session.Config{Storage: nil})
}

func upload(c *gin.Context) error {
	// Gin, Fiber
	file, _ := c.FormFile("avatar")
	_ = c.SaveUploadedFile(file, "avatars/a.png")
	// os
	target, _ := os.Create(filepath.Join("uploads", file.Filename))
	_ = os.WriteFile("uploads/a.png", nil, 0o600)
	// not: what is only kept for a moment, or is no upload
	_, _ = os.Create("/tmp/uploads/part.bin")
	_, _ = os.Create("catalog.csv")
	_, _ = os.ReadFile("uploads/a.png")
	_, err := io.Copy(target, nil)
	return err
}

func save(c *fiber.Ctx, header *multipart.FileHeader) error {
	return c.SaveFile(header, "media/a.png")
}

func work() {
	// robfig/cron, gocron
	cron.New()
	scheduler := gocron.NewScheduler(nil)
	scheduler.WithDistributedLocker(nil)
	// not: a schedule that is only read
	_, _ = cron.ParseStandard("@daily")

	// log/syslog, Graylog
	_, _ = syslog.Dial("udp", "logs:514", syslog.LOG_INFO, "shop")
	graylog.NewGraylogHook("graylog:12201", nil)
}

// The names of environments
func views() string {
	if os.Getenv("APP_ENV") == "production" {
		return "views"
	}
	switch os.Getenv("APP_STAGE") {
	case "staging":
		return "staging"
	}
	return "plain"
}

func logs() {
	f, _ := os.OpenFile("requests.log", os.O_APPEND|os.O_CREATE, 0o644)
	log.SetOutput(f)
}
