package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"helium/backend/protocol"
)

// Desktop is the owner's choices of how Helium lives on this desktop.
type Desktop struct {
	// StartAtLogin starts Helium with the desktop, without its window.
	StartAtLogin bool `json:"start_at_login"`
	// CloseToTray keeps Helium earning when its window is closed; otherwise that
	// ends it, once the task at hand is handed back.
	CloseToTray bool   `json:"close_to_tray"`
	Notify      Notify `json:"notify"`
}

// Notify is what the owner is told of while the window is closed. Each is told once.
type Notify struct {
	// FirstEarning: the first pay ever.
	FirstEarning bool `json:"first_earning"`
	// Slashed: a stake was taken.
	Slashed bool `json:"slashed"`
	// KickedOut: the network put the node out.
	KickedOut bool `json:"kicked_out"`
	// LowGas: the wallet holds too little of the chain's own coin to go on.
	LowGas bool `json:"low_gas"`
	// Update: there is a newer Helium.
	Update bool `json:"update"`
}

// ParseDesktop reads all the choices. One that is missing would read as off, so
// that is an error like one that is unknown.
func ParseDesktop(b []byte) (Desktop, error) {
	var d Desktop
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return d, fmt.Errorf("read the choices of the desktop: %w", err)
	}
	given, err := choicesIn(b)
	if err != nil {
		return d, err
	}
	all, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("read the choices of the desktop: %w", err)
	}
	wanted, err := choicesIn(all)
	if err != nil {
		return d, err
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !given[name] {
			return d, fmt.Errorf("read the choices of the desktop: %s is missing", name)
		}
	}
	return d, nil
}

// choicesIn names every field that is given.
func choicesIn(b []byte) (map[string]bool, error) {
	var outer map[string]json.RawMessage
	if err := json.Unmarshal(b, &outer); err != nil {
		return nil, fmt.Errorf("read the choices of the desktop: %w", err)
	}
	var notify map[string]json.RawMessage
	if err := json.Unmarshal(outer["notify"], &notify); err != nil && outer["notify"] != nil {
		return nil, fmt.Errorf("read the choices of the desktop: %w", err)
	}
	names := map[string]bool{}
	for name := range outer {
		names[name] = true
	}
	for name := range notify {
		names["notify."+name] = true
	}
	return names, nil
}

// DesktopState is the choices, and which of them can't be kept here.
type DesktopState struct {
	// Settings as they were chosen; one that Unable names does not hold here.
	Settings Desktop  `json:"settings"`
	Unable   []Unable `json:"unable"`
	// Reason says that what was kept could not be read, and that the usual choices
	// hold in its place.
	Reason *protocol.Reason `json:"reason,omitempty"`
	// Quitting: Helium ends as soon as the task at hand is done or handed back.
	Quitting bool `json:"quitting"`
}

// Unable is a choice that does not hold here.
type Unable struct {
	Choice DesktopChoice `json:"choice"`
	Why    UnableWhy     `json:"why"`
	// Detail is what the system said, where it said something.
	Detail string `json:"detail,omitempty"`
}

// DesktopChoice names one of the choices of Desktop.
type DesktopChoice string

const (
	ChoiceStartAtLogin DesktopChoice = "start_at_login"
	ChoiceCloseToTray  DesktopChoice = "close_to_tray"
	ChoiceNotify       DesktopChoice = "notify"
)

// UnableWhy is why a choice does not hold here.
type UnableWhy string

const (
	// WhyHeadless: Helium was started by a command, not by its window or at login.
	WhyHeadless UnableWhy = "headless"
	// WhyNoTray: this desktop shows no tray icons, so a closed Helium could not be
	// seen or opened.
	WhyNoTray UnableWhy = "no_tray"
	// WhyRefused: the system refused; Detail says how.
	WhyRefused UnableWhy = "refused"
)

// DesktopService is the part of the agent that belongs to a desktop. Its errors
// are sentences for the person.
type DesktopService interface {
	// SetDesktop keeps all the choices and does what they say at once. None of
	// them may be missing.
	SetDesktop(ctx context.Context, d Desktop) error
	// WindowShown says that the window shows the agent's state. An agent that was
	// started by a window has left the computer to it until then.
	WindowShown(ctx context.Context) error
	// WindowClosed says that the person closed the window. It ends the agent where
	// CloseToTray says so, once the task at hand is handed back.
	WindowClosed(ctx context.Context) error
	// Quit ends the agent, once the task at hand is done or handed back.
	Quit(ctx context.Context) error
}
