package tray

import (
	"bytes"
	"image/png"
	"testing"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/yield"
)

func TestEveryStatusHasWordsAndAnIcon(t *testing.T) {
	for _, status := range []api.NodeStatus{
		api.NodeStarting, api.NodeStopped, api.NodeJoining, api.NodeRunning, api.NodeWorking,
		api.NodePausing, api.NodePaused, api.NodeStopping, api.NodeBlocked,
	} {
		v := viewOf(api.State{Node: api.Node{Status: status}})
		if v.status == "" || v.status == string(status) {
			t.Errorf("%s is shown as %q", status, v.status)
		}
		picture, err := icon(v.shape)
		if err != nil {
			t.Fatalf("%s: %v", status, err)
		}
		if _, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil {
			t.Errorf("%s: %v", v.shape, err)
		}
	}
}

func TestPauseIsOfferedOnlyWhereItMeansSomething(t *testing.T) {
	for status, want := range map[api.NodeStatus]string{
		api.NodeRunning: "Pause", api.NodeWorking: "Pause", api.NodePaused: "Resume", api.NodePausing: "Resume",
		api.NodeStopped: "", api.NodeBlocked: "", api.NodeJoining: "",
	} {
		if got := viewOf(api.State{Node: api.Node{Status: status}}).toggle; got != want {
			t.Errorf("%s offers %q, want %q", status, got, want)
		}
	}
}

func TestViewTellsTheReasonAndTheExactEarnings(t *testing.T) {
	s := api.State{Node: api.Node{Status: api.NodeBlocked, Reason: &protocol.Reason{Title: "no gas"}}}
	s.Earnings.Today, _ = protocol.ParseCNX("0.000000000000000001")
	v := viewOf(s)
	if v.status != "Not earning: no gas" || v.earnings != "Today: 0.000000000000000001 CNX" {
		t.Errorf("got %+v", v)
	}
}

func TestViewTellsForWhatItPauses(t *testing.T) {
	s := api.State{Node: api.Node{Status: api.NodePaused, Pause: &api.Pause{Reason: yield.Game, Facts: yield.Facts{Program: "doom"}}}}
	if v := viewOf(s); v.status != "Paused for doom" || !v.resume {
		t.Errorf("got %+v", v)
	}
}

func TestIcoHoldsThePictureUnchanged(t *testing.T) {
	ico := icoOf([]byte("picture"))
	if !bytes.Equal(ico[22:], []byte("picture")) || ico[2] != 1 || ico[4] != 1 || ico[14] != 7 || ico[18] != 22 {
		t.Errorf("got %v", ico)
	}
}
