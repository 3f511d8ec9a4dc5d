package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestAProxyAndABridgeAnswerTheSameRequests(t *testing.T) {
	o, err := MeasureBridge(t.Context(), OverheadOptions{Dir: t.TempDir(), Rate: 20, Held: 5, Work: time.Millisecond, Round: time.Second, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Side{"proxy": o.Proxy, "bridge": o.Bridge} {
		if s.All.Requests != 20 || s.Failed != 0 || s.All.P50MS < o.WorkMS || s.All.P99MS < s.All.P50MS || s.Steady.Requests > 20 || s.Together.Requests != 20 {
			t.Errorf("the %s: %+v", name, s)
		}
	}
	var table bytes.Buffer
	if err := o.WriteTable(&table); err != nil || !strings.Contains(table.String(), "over the proxy") {
		t.Errorf("%s, %v", table.String(), err)
	}
}
