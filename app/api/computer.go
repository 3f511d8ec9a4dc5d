package api

import (
	"context"

	"helium/backend/protocol"
)

// Computer is what tasks may run on here, and how hard.
type Computer struct {
	// Devices that were found, the best first and the processor last; empty until the
	// engine has started.
	Devices []Device `json:"devices"`
	// Picked is the ID of the device that the owner chose, "best" for no choice in
	// particular. Used is the one that the engine runs on, empty before it does.
	Picked string `json:"picked"`
	Used   string `json:"used"`
	// Next is a choice that waits until the node has left the network, or its task is
	// over; Rejoins says that the node joins again then.
	Next    string `json:"next,omitempty"`
	Rejoins bool   `json:"rejoins"`
	// Missing says why Picked isn't what is used. The node takes no tasks until
	// another choice is made.
	Missing     string           `json:"missing,omitempty"`
	MissingSaid protocol.Phrases `json:"missing_said,omitempty"`
	Power       Power            `json:"power"`
	Awake       Awake            `json:"awake"`
}

// Device is a graphics card or the processor.
type Device struct {
	// ID as ChooseDevice takes it.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind is "gpu" or "cpu".
	Kind string `json:"kind"`
	// MemoryGB that a model may take.
	MemoryGB int `json:"memory_gb"`
	// Usable says that the engine has a way to use it; Why says why not.
	Usable  bool             `json:"usable"`
	Why     string           `json:"why,omitempty"`
	WhySaid protocol.Phrases `json:"why_said,omitempty"`
	// SameClass: changing to it needs no leaving and joining again.
	SameClass bool `json:"same_class"`
}

// PowerMode is how much power the card may take.
type PowerMode string

const (
	// PowerUsual: what it takes by itself.
	PowerUsual PowerMode = "usual"
	// PowerQuiet: less, for less heat and noise.
	PowerQuiet PowerMode = "quiet"
	// PowerOwn: a limit of the owner's.
	PowerOwn PowerMode = "own"
)

// PowerChoice is the owner's.
type PowerChoice struct {
	Mode PowerMode `json:"mode"`
	// Watts of PowerOwn.
	Watts int `json:"watts"`
}

// Power of the card that is used, in watts; what the driver does not tell is 0.
type Power struct {
	Choice PowerChoice `json:"choice"`
	// Unread says why nothing is known of it; empty when something is.
	Unread     string           `json:"unread,omitempty"`
	UnreadSaid protocol.Phrases `json:"unread_said,omitempty"`
	Draw       int              `json:"draw"`
	Limit      int              `json:"limit"`
	Usual      int              `json:"usual"`
	Least      int              `json:"least"`
	Most       int              `json:"most"`
	// Quiet is the limit of PowerQuiet. Settable says that the card takes limits.
	Quiet    int  `json:"quiet"`
	Settable bool `json:"settable"`
	// Problem is a sentence about why the choice does not hold, and Command what an
	// administrator could run.
	Problem     string           `json:"problem,omitempty"`
	ProblemSaid protocol.Phrases `json:"problem_said,omitempty"`
	Command     string           `json:"command,omitempty"`
}

// Awake is staying awake for a task.
type Awake struct {
	// Wanted is the owner's switch; Holds says that the computer is kept awake now.
	Wanted bool `json:"wanted"`
	Holds  bool `json:"holds"`
	// Problem says why the system would not; empty when it would, or wasn't asked.
	Problem     string           `json:"problem,omitempty"`
	ProblemSaid protocol.Phrases `json:"problem_said,omitempty"`
}

// Sensed is what is seen of the computer now; what can't be read is missing.
type Sensed struct {
	Screen *SensedScreen `json:"screen,omitempty"`
	// Listed program that runs now; empty for none.
	Listed string        `json:"listed,omitempty"`
	Card   *SensedCard   `json:"card,omitempty"`
	Power  *SensedPower  `json:"power,omitempty"`
	Heat   *SensedHeat   `json:"heat,omitempty"`
	Person *SensedPerson `json:"person,omitempty"`
	// InHours: the owner's hours allow work now, or there are none.
	InHours bool `json:"in_hours"`
}

// SensedScreen is what fills the screen.
type SensedScreen struct {
	Filled  bool   `json:"filled"`
	Program string `json:"program,omitempty"`
}

// SensedCard is how busy the graphics card is.
type SensedCard struct {
	Percent int    `json:"percent"`
	Program string `json:"program,omitempty"`
	// WithOurs: Helium's own work is in Percent.
	WithOurs bool `json:"with_ours"`
}

// SensedPower is where the power comes from.
type SensedPower struct {
	OnBattery bool `json:"on_battery"`
	// Charge in percent; -1 where there is no battery.
	Charge int `json:"charge"`
}

// SensedHeat is the hottest part.
type SensedHeat struct {
	// Sensor is empty where the system tells only that it slows down.
	Sensor    string `json:"sensor,omitempty"`
	Celsius   int    `json:"celsius"`
	Throttled bool   `json:"throttled"`
}

// SensedPerson is how long nobody has touched the computer.
type SensedPerson struct {
	IdleSeconds int `json:"idle_seconds"`
}

// ComputerService is the owner's choices of the computer. Its errors are sentences
// for the person.
type ComputerService interface {
	// RunningPrograms are the names of what runs now, sorted, Helium's own left out.
	RunningPrograms(ctx context.Context) ([]string, error)
	// ChooseDevice has tasks run on a device by its ID, or "best". A node that is in
	// the network leaves it first, after the task at hand, and joins again.
	ChooseDevice(ctx context.Context, id string) error
	// SetPower limits what the card takes while Helium works.
	SetPower(ctx context.Context, c PowerChoice) error
	// StayAwake keeps the computer from sleeping while a task is at work, or not.
	StayAwake(ctx context.Context, on bool) error
}

// FieldError is an error about one field of what was sent; Field is its path in
// JSON. Over JSON-RPC the field and the phrase are the error's data.
type FieldError struct {
	Field string
	Said  *protocol.Phrase
}

// Error is the sentence for the person.
func (e *FieldError) Error() string { return e.Said.String() }

// ErrorData implements rpc.DataError.
func (e *FieldError) ErrorData() any {
	return map[string]any{"field": e.Field, "said": protocol.Phrases{e.Said}}
}
