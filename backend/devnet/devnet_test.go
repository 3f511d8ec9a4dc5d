package devnet

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/models"
)

func TestReadyFileIsPrivateAndWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ready.json")
	var r Ready
	r.APIKey, r.Chain.ID = "sk-helium-x", ChainID
	r.Nodes = []ReadyNode{{Address: common.Address{1}, PID: 7, API: "http://127.0.0.1:1/#token=x"}}
	if err := r.write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	back, err := ReadReady(path)
	if err != nil || back.APIKey != r.APIKey || back.Nodes[0] != r.Nodes[0] {
		t.Errorf("came back as %+v, %v", back, err)
	}
	b, _ := os.ReadFile(path)
	for _, name := range []string{`"chain"`, `"http"`, `"ws"`, `"id"`, `"relay"`, `"bridge"`, `"chat"`, `"api_key"`, `"faucet"`, `"profile"`, `"contracts"`, `"token"`, `"node"`, `"task"`, `"nodes"`, `"address"`, `"pid"`, `"api"`} {
		if !bytes.Contains(b, []byte(name)) {
			t.Errorf("%s is missing", name)
		}
	}
	if others, _ := filepath.Glob(path + "*"); len(others) != 1 {
		t.Errorf("left over: %v", others)
	}
}

func TestATakenPortIsNamed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	n, _ := strconv.Atoi(port)
	if _, err := portsFrom(n); err == nil || !strings.Contains(err.Error(), port) || !strings.Contains(err.Error(), "--port") {
		t.Errorf("got %v", err)
	}
	for _, bad := range []int{-1, 65532, 1 << 20} {
		if _, err := portsFrom(bad); err == nil {
			t.Errorf("port %d was taken", bad)
		}
	}
	if p, err := portsFrom(0); err != nil || p.relay != "127.0.0.1:0" {
		t.Errorf("free ports: %+v, %v", p, err)
	}
}

func TestARecordIsKeptAndBelongsToItsWallet(t *testing.T) {
	dir, operator := t.TempDir(), common.Address{1}
	first, err := loadRecord(dir, operator, time.Unix(1000, 0))
	if err != nil {
		t.Fatal(err)
	}
	first.Deployment.Token = common.Address{9}
	if err := first.save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := loadRecord(dir, operator, time.Unix(2000, 0))
	if err != nil || again != first {
		t.Errorf("got %+v, %v", again, err)
	}
	if _, err := loadRecord(dir, common.Address{2}, time.Unix(2000, 0)); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("another wallet gives %v", err)
	}
}

func TestWithoutTheHubTheDemoModelStandsIn(t *testing.T) {
	hub := httptest.NewServer(http.NotFoundHandler())
	defer hub.Close()
	library, err := models.Open(t.TempDir(), models.Options{Endpoint: hub.URL})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	id, err := prepareModels(t.Context(), library, false, &out)
	if err != nil || id != models.DemoID {
		t.Fatalf("offers %q, %v", id, err)
	}
	if !strings.Contains(out.String(), "demo model answers instead") {
		t.Errorf("says %q", out.String())
	}
	if _, err := library.Get(models.DemoID); err != nil {
		t.Error(err)
	}
}

func TestProgressLineSaysHowLong(t *testing.T) {
	line := progressLine(models.Progress{ID: "a/b", Done: 50 << 20, Total: 100 << 20, BytesPerSecond: 10 << 20})
	for _, want := range []string{"a/b", "50 %", "50 of 100 MB", "10.0 MB/s", "5s left"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q does not say %q", line, want)
		}
	}
}
