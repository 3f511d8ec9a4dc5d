//go:build !windows

package texts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"helium/app/api"
	"helium/backend/node"
)

func TestEveryLanguageSaysAllOfIt(t *testing.T) {
	english, err := read("en")
	if err != nil {
		t.Fatal(err)
	}
	for language, table := range tables() {
		for _, difference := range table.texts.Differences(language, english) {
			t.Errorf("%s: %s", language, difference)
		}
	}
}

func TestWhatAPageSaysTooIsSaidInItsWords(t *testing.T) {
	shared := regexp.MustCompile(`^(status|reason)\.`)
	for language, table := range tables() {
		page := map[string]string{}
		for _, part := range []string{"node", "reasons"} {
			b, err := os.ReadFile(filepath.Join("..", "..", "frontend", "src", "lib", "locales", language+"-"+part+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &page); err != nil {
				t.Fatal(err)
			}
		}
		for id, text := range table.texts {
			if !shared.MatchString(id) || strings.Contains(page[id], "{") {
				continue // a page has figures at hand that a tray has no room for
			}
			if text != page[id] {
				t.Errorf("%s: %s is %q here and %q on the page", language, id, text, page[id])
			}
		}
	}
}

func TestEveryStatusAndReasonHasAText(t *testing.T) {
	table := In("en")
	for _, status := range []api.NodeStatus{
		api.NodeStarting, api.NodeStopped, api.NodeJoining, api.NodeRunning, api.NodeWorking,
		api.NodePausing, api.NodePaused, api.NodeStopping, api.NodeBlocked,
	} {
		if !table.Has("status." + string(status)) {
			t.Errorf("the status %s has no text", status)
		}
	}
	codes := node.ReasonCodes()
	for _, code := range []api.ReasonCode{
		api.ReasonLocked, api.ReasonWallet, api.ReasonNoNetwork, api.ReasonWrongChain, api.ReasonNoEngine, api.ReasonDownload, api.ReasonDevice, api.ReasonSetup,
	} {
		codes = append(codes, string(code))
	}
	for _, code := range codes {
		if !table.Has("reason." + code) {
			t.Errorf("the reason %s has no text", code)
		}
	}
}

func TestTheLanguageIsTheChosenOneOrTheSystems(t *testing.T) {
	for chosen, want := range map[string]string{"de": "de", "zh-Hans": "zh", "es_MX.UTF-8": "es", "EN": "en"} {
		if got := In(chosen).Language; got != want {
			t.Errorf("%q is %s, want %s", chosen, got, want)
		}
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nothing":             {nil, ""},
		"one":                 {map[string]string{"LANG": "de_DE.UTF-8"}, "de_DE.UTF-8"},
		"the stronger one":    {map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "es_ES"}, "es_ES"},
		"a list before it":    {map[string]string{"LANG": "de_DE", "LANGUAGE": "fr:zh_CN"}, "fr zh_CN de_DE"},
		"no language":         {map[string]string{"LANG": "C.UTF-8", "LANGUAGE": "de"}, ""},
		"no language, though": {map[string]string{"LC_ALL": "C", "LANG": "de_DE"}, ""},
	} {
		if got := strings.Join(ofTheEnvironment(func(n string) string { return c.env[n] }), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestClockNamesAnotherDay(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)
	for _, c := range []struct {
		language string
		at       time.Time
		want     string
	}{
		{"en", now.Add(time.Hour), "13:00"}, {"en", now.Add(18 * time.Hour), "Friday 06:00"},
		{"de", now.Add(18 * time.Hour), "Freitag 06:00"}, {"zh", now.Add(18 * time.Hour), "星期五 06:00"},
	} {
		if got := In(c.language).Clock(c.at, now); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}
