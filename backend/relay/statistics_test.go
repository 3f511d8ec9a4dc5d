package relay

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"helium/backend/protocol"
	"helium/backend/relay/netstats"
)

// fakeNetwork has the numbers that a test gives it.
type fakeNetwork struct {
	stats netstats.Stats
	err   error
}

func (f *fakeNetwork) Stats() (netstats.Stats, error) { return f.stats, f.err }

func cnx(t testing.TB, n int64) protocol.Wei {
	t.Helper()
	w, err := protocol.WeiOf(new(big.Int).Mul(big.NewInt(n), big.NewInt(1e17)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// busyNetwork is one with something of everything.
func busyNetwork(t testing.TB) *fakeNetwork {
	t.Helper()
	s := netstats.Stats{
		Block: 1_234_567, At: 1_795_000_000,
		Nodes: netstats.Nodes{
			Joined: 1412, ByStatus: map[string]uint64{"available": 803, "busy": 504, "paused": 105},
			Cards: []netstats.Card{
				{Card: "NVIDIA GeForce RTX 4090", VRAMGB: 24, Joined: 700, Available: 400, Busy: 250, Paused: 50},
				{Card: "NVIDIA GeForce RTX 3060 Laptop GPU", VRAMGB: 6, Joined: 400, Available: 203, Busy: 154, Paused: 43},
				{Card: "Apple M2 Max", VRAMGB: 64, Joined: 300, Available: 200, Busy: 90, Paused: 10},
				{Card: `<script>alert("card")</script>`, VRAMGB: 8, Joined: 2, Paused: 2},
				{Card: "other cards", Joined: 10, Busy: 10},
			},
		},
		Queued: netstats.ByType{GPT: 12}, Running: netstats.ByType{GPT: 120, StableDiffusion: 48},
	}
	period := func(scale uint64, median int64) netstats.Period {
		p := netstats.Period{
			Ended: map[string]netstats.ByType{
				"agreed": {GPT: 41 * scale, StableDiffusion: 17 * scale}, "no_agreement": {GPT: scale / 10}, "expired": {StableDiffusion: scale / 5},
			},
			Paid: cnx(t, int64(scale)*5813), Verified: netstats.Medians{GPT: median, StableDiffusion: 15 * median},
		}
		for i := range p.Scores {
			p.Scores[i] = uint64(i*i) * scale / 10
		}
		p.Scores[0] = scale
		return p
	}
	s.Today, s.Week, s.Month = period(10, 7), period(70, 8), period(300, 9)
	for i := range 30 {
		s.Days = append(s.Days, netstats.Day{
			Day:    time.Unix(1_795_000_000, 0).UTC().AddDate(0, 0, i-29).Format(time.DateOnly),
			Agreed: netstats.ByType{GPT: uint64(200 + 40*(i%7) + 9*i), StableDiffusion: uint64(80 + 11*(i%5) + 3*i)}, Other: uint64(i % 9), Paid: cnx(t, int64(i)*317),
		})
	}
	return &fakeNetwork{stats: s}
}

// readPage gets /stats with its headers.
func (n *network) readPage() (*http.Response, string) {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.ctx(), "GET", n.relay.URL()+"/stats", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return resp, string(page)
}

func TestTheStatisticsPageKeepsItsOwnPolicy(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Network = busyNetwork(t) })
	resp, page := n.readPage()
	policy := resp.Header.Get("Content-Security-Policy")
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	if resp.StatusCode != 200 || style == nil {
		t.Fatalf("%d %.200s", resp.StatusCode, page)
	}
	hash := sha256.Sum256([]byte(style[1]))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(policy, "default-src 'none'; "+want) {
		t.Errorf("policy %q does not let the page's style be, want %s", policy, want)
	}
	for _, never := range []string{"<script", " style=", "http:", "https:", "url(", "@import", " onclick", "javascript:"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, want := range []string{
		"1,412", "803 free now", "&lt;script&gt;", "RTX 4090", "24 GB", "1,234,567", "No agreement", "Expired", "8 s", "2 min", "5,813 CNX",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := strings.Count(page, "<title>"); got != 1+30+21 {
		t.Errorf("%d titles, want that of the page and one for each column", got)
	}
}

// Every drawing is well-formed, and nothing in it has a size that can't be drawn.
func TestTheChartsCanBeDrawn(t *testing.T) {
	empty := &fakeNetwork{stats: netstats.Stats{CatchingUp: true, Today: netstats.Period{Verified: netstats.Medians{GPT: -1, StableDiffusion: -1}}}}
	huge := busyNetwork(t)
	huge.stats.Days[3].Agreed.GPT = 1 << 62
	for name, network := range map[string]*fakeNetwork{"busy": busyNetwork(t), "empty": empty, "huge": huge} {
		n := newNetwork(t, func(c *Config) { c.Network = network })
		_, page := n.readPage()
		drawings := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
		if len(drawings) < 2 {
			t.Errorf("%s: %d drawings", name, len(drawings))
		}
		for _, d := range drawings {
			if err := xml.Unmarshal([]byte(d), new(struct{})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if bad := regexp.MustCompile(`(NaN|Inf| (x|y|width|height)="-|e\+)`).FindString(d); bad != "" {
				t.Errorf("%s: a drawing has %q", name, bad)
			}
		}
		if strings.Contains(page, "too small") != network.stats.CatchingUp {
			t.Errorf("%s: the page does not say rightly whether it is catching up", name)
		}
	}
}

func TestStatisticsOfTheNetworkAreInTheJSON(t *testing.T) {
	network := busyNetwork(t)
	n := newNetwork(t, func(c *Config) { c.Network = network })
	_, _, body := n.raw("GET", "/v1/stats", "", nil)
	var stats Stats
	if err := json.Unmarshal(body, &stats); err != nil || stats.Network == nil || stats.Network.Nodes.Joined != 1412 || stats.Network.Days[29].Agreed.GPT == 0 {
		t.Errorf("%s, %v", body, err)
	}
	network.err = errors.New("the numbers are wrong")
	if status, code, _ := n.raw("GET", "/stats", "", nil); status != 503 || code != "failed" {
		t.Errorf("%d %s", status, code)
	}
	without := newNetwork(t)
	if status, code, _ := without.raw("GET", "/stats", "", nil); status != 404 || code != "no_statistics" {
		t.Errorf("%d %s", status, code)
	}
}
