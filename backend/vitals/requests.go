package vitals

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Requests counts what a service is asked, by the endpoint's pattern and the status
// of the answer. A client's own words are in neither.
type Requests struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
}

// NewRequests names its metrics after the service, such as helium_relay. help says
// what may take long, and buckets are those of the time in seconds.
func NewRequests(service, help string, buckets []float64) *Requests {
	return &Requests{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: service + "_requests_total", Help: "Requests by endpoint and HTTP status.",
		}, []string{"endpoint", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: service + "_request_seconds", Help: "Time to answer a request; " + help, Buckets: buckets,
		}, []string{"endpoint"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: service + "_bytes_total", Help: "Bytes of bodies and frames that came in and went out.",
		}, []string{"direction"}),
	}
}

// Collectors are what a registry is given.
func (r *Requests) Collectors() []prometheus.Collector {
	return []prometheus.Collector{r.requests, r.seconds, r.bytes}
}

// Received and Sent count bytes of what is no request any more, a socket.
func (r *Requests) Received(n int) { r.bytes.WithLabelValues("in").Add(float64(n)) }

// Sent is beside Received.
func (r *Requests) Sent(n int) { r.bytes.WithLabelValues("out").Add(float64(n)) }

// Count counts the requests that mux serves.
func (r *Requests) Count(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		began := time.Now()
		out := &countedWriter{ResponseWriter: w}
		in := &countedBody{ReadCloser: req.Body}
		req.Body = in
		mux.ServeHTTP(out, req)
		r.Received(in.n)
		r.Sent(out.n)
		status := out.status
		switch {
		case status != 0:
		case req.Header.Get("Upgrade") != "":
			status = http.StatusSwitchingProtocols
		default:
			status = statusGone
		}
		r.requests.WithLabelValues(req.Pattern, strconv.Itoa(status)).Inc()
		if out.status != 0 { // a socket's time is nobody's wait
			r.seconds.WithLabelValues(req.Pattern).Observe(time.Since(began).Seconds())
		}
	})
}

// statusGone stands for a client that left before it was answered.
const statusGone = 499

// countedWriter has status 0 until something is answered, and for ever where the
// connection became a socket.
type countedWriter struct {
	http.ResponseWriter
	status, n int
}

func (c *countedWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *countedWriter) WriteHeader(status int) {
	if status != http.StatusSwitchingProtocols && c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *countedWriter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.n += n
	return n, err
}

type countedBody struct {
	io.ReadCloser
	n int
}

func (c *countedBody) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += n
	return n, err
}
