package notices

import (
	"strings"
	"testing"
	"time"

	"helium/app/api"
	"helium/backend/node"
	"helium/backend/protocol"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// at is a state at noon plus minutes, with a reason unless that is empty.
func at(minutes int, status api.NodeStatus, reason string) api.State {
	s := api.State{Now: noon.Add(time.Duration(minutes) * time.Minute), Node: api.Node{Status: status}}
	if reason != "" {
		s.Node.Reason = &protocol.Reason{Code: reason, Title: "Title of " + reason, Detail: "Detail.", Action: "Action."}
	}
	return s
}

func earned(s api.State) api.State {
	s.Earnings.Total, _ = protocol.ParseCNX("38")
	return s
}

func newer(s api.State, version string) api.State {
	s.Update = &api.Update{Version: version, Page: "https://downloads.example"}
	return s
}

func settingUp(s api.State) api.State {
	s.Setup = &api.Setup{}
	return s
}

func TestEachOccurrenceIsToldOnce(t *testing.T) {
	running, blocked, starting := api.NodeRunning, api.NodeBlocked, api.NodeStarting
	for name, c := range map[string]struct {
		states []api.State
		want   string
	}{
		"nothing":                   {[]api.State{at(0, starting, ""), at(1, running, "")}, ""},
		"the first pay":             {[]api.State{at(0, running, ""), earned(at(1, running, "")), earned(at(2, running, ""))}, "first_earning"},
		"a slash":                   {[]api.State{at(0, blocked, node.ReasonSlashed), at(1, blocked, node.ReasonSlashed)}, "slashed"},
		"pay and a slash at once":   {[]api.State{earned(at(0, blocked, node.ReasonSlashed))}, "first_earning slashed"},
		"two slashes":               {[]api.State{at(0, blocked, node.ReasonSlashed), at(1, running, ""), at(2, blocked, node.ReasonSlashed)}, "slashed slashed"},
		"put out":                   {[]api.State{at(0, blocked, node.ReasonKickedOut)}, "kicked_out"},
		"put out, stopped":          {[]api.State{at(0, blocked, node.ReasonKickedOut), at(1, api.NodeStopped, node.ReasonKickedOut)}, "kicked_out"},
		"put out, then slashed":     {[]api.State{at(0, blocked, node.ReasonKickedOut), at(1, blocked, node.ReasonSlashed)}, "kicked_out slashed"},
		"a restart in between":      {[]api.State{at(0, blocked, node.ReasonKickedOut), at(1, starting, ""), at(2, blocked, node.ReasonKickedOut)}, "kicked_out"},
		"the chain away in between": {[]api.State{at(0, running, node.ReasonNoGas), at(1, blocked, node.ReasonChain), at(2, running, node.ReasonNoGas)}, "low_gas"},
		"joining does not end it":   {[]api.State{at(0, blocked, node.ReasonKickedOut), at(1, api.NodeJoining, ""), at(2, blocked, node.ReasonKickedOut)}, "kicked_out"},
		"low gas that comes and goes": {[]api.State{
			at(0, running, node.ReasonNoGas), at(1, running, ""), at(2, running, node.ReasonNoGas), at(3, running, ""), at(4, running, node.ReasonNoGas),
		}, "low_gas"},
		"low gas a day later":    {[]api.State{at(0, running, node.ReasonNoGas), at(1, running, ""), at(24*60, running, node.ReasonNoGas)}, "low_gas low_gas"},
		"low gas for two days":   {[]api.State{at(0, running, node.ReasonNoGas), at(48*60, running, node.ReasonNoGas)}, "low_gas"},
		"a newer Helium":         {[]api.State{at(0, running, ""), newer(at(1, running, ""), "0.2.0"), at(2, starting, ""), newer(at(3, running, ""), "0.2.0")}, "update"},
		"and one after it":       {[]api.State{newer(at(0, running, ""), "0.2.0"), newer(at(1, running, ""), "0.3.0")}, "update update"},
		"other reasons":          {[]api.State{at(0, blocked, node.ReasonChain), at(1, blocked, node.ReasonEngine)}, ""},
		"while the first run is": {[]api.State{settingUp(at(0, blocked, node.ReasonNoGas))}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var told Told
			var got []string
			for _, s := range c.states {
				var news []Notice
				news, told = Decide(told, s)
				for _, n := range news {
					got = append(got, string(n.Kind))
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestANoticeSaysWhatItIsAndWhatToDo(t *testing.T) {
	for language, want := range map[string][4]string{
		"en": {"The network let this computer go", "Start again when", "Your computer has earned its first CNX", "It was paid 38 CNX."},
		"de": {"Das Netz hat diesen Computer gehen lassen", "Starte neu, wenn", "Dein Computer hat seine ersten CNX verdient", "Er bekam 38 CNX."},
		"zh": {"网络让这台电脑离开了", "再重新开始", "你的电脑赚到了第一笔 CNX", "收到了 38 CNX。"},
	} {
		out := at(0, api.NodeBlocked, node.ReasonKickedOut)
		out.Settings.Language = language
		news, _ := Decide(Told{}, out)
		if len(news) != 1 || news[0].Title != want[0] || !strings.Contains(news[0].Text, want[1]) {
			t.Errorf("%s: got %+v", language, news)
		}
		paid := earned(at(0, api.NodeRunning, ""))
		paid.Settings.Language = language
		news, _ = Decide(Told{}, paid)
		if len(news) != 1 || news[0].Title != want[2] || news[0].Text != want[3] {
			t.Errorf("%s: got %+v", language, news)
		}
	}
}
