// Package notices tells a person of the few things that matter while the window
// is closed: the first pay, a stake that was taken, a node that was put out, an
// empty tank, a newer program.
//
// Each occurrence is told once, also across restarts: what has been told is a
// value that its holder keeps. An occurrence begins when a state shows it and
// ends when the node is seen to be well again; a state in between, of a node that
// still starts or whose chain can't be reached, ends nothing.
package notices

import (
	"time"

	"helium/app/api"
	"helium/app/texts"
	"helium/backend/node"
)

// Kind of a notice.
type Kind string

const (
	FirstEarning Kind = "first_earning"
	Slashed      Kind = "slashed"
	KickedOut    Kind = "kicked_out"
	LowGas       Kind = "low_gas"
	Update       Kind = "update"
)

// Notice is one thing to tell.
type Notice struct {
	Kind        Kind
	Title, Text string
}

// Told is what has been told. The zero value has told nothing.
type Told struct {
	FirstEarning bool `json:"first_earning"`
	// Slashed and KickedOut stand until the node is well again.
	Slashed   bool `json:"slashed"`
	KickedOut bool `json:"kicked_out"`
	LowGas    bool `json:"low_gas"`
	// LowGasAt is when it was last told, for what comes and goes with each task.
	LowGasAt time.Time `json:"low_gas_at,omitzero"`
	// Update is the newest version that was told.
	Update string `json:"update,omitempty"`
}

// gasPause is how long low gas is not told again.
const gasPause = 24 * time.Hour

// Decide says what a state gives to tell, and what has been told then.
func Decide(told Told, s api.State) ([]Notice, Told) {
	if s.Setup != nil {
		return nil, told // the person is looking
	}
	t := texts.In(s.Settings.Language)
	var news []Notice
	tell := func(kind Kind, title, text string) { news = append(news, Notice{kind, title, text}) }

	if !told.FirstEarning && !s.Earnings.Total.IsZero() {
		told.FirstEarning = true
		tell(FirstEarning, t.Say("notice.first"), t.Say("notice.first.text", "amount", s.Earnings.Total.String()))
	}
	if u := s.Update; u != nil && u.Version != told.Update {
		told.Update = u.Version
		tell(Update, t.Say("notice.update", "version", u.Version), t.Say("notice.update.text"))
	}
	if isWell(s) {
		told.Slashed, told.KickedOut, told.LowGas = false, false, false
	}
	reason := s.Node.Reason
	if reason == nil {
		return news, told
	}
	title, text := t.Say("reason."+reason.Code), t.Say("reason."+reason.Code+".detail")
	switch {
	case reason.Code == node.ReasonSlashed && !told.Slashed:
		told.Slashed = true
		tell(Slashed, title, text)
	case reason.Code == node.ReasonKickedOut && !told.KickedOut:
		told.KickedOut = true
		tell(KickedOut, title, text)
	case reason.Code == node.ReasonNoGas && !told.LowGas:
		told.LowGas = true
		if s.Now.Sub(told.LowGasAt) >= gasPause {
			told.LowGasAt = s.Now
			tell(LowGas, title, text)
		}
	}
	return news, told
}

// isWell says whether nothing stands in the way of a node that is known.
func isWell(s api.State) bool {
	if s.Node.Reason != nil {
		return false
	}
	switch s.Node.Status {
	case api.NodeRunning, api.NodeWorking, api.NodePausing, api.NodePaused, api.NodeStopped:
		return true
	}
	return false
}
