package agent

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"helium/app/api"
	"helium/app/logbook"
)

// diagnosticLines is how many lines of the log are in the diagnostics.
const diagnosticLines = 200

// Diagnostics says of each part what whoever helps has to know, and of nothing else:
// no amount, no address, no name of a program of the owner's. What the parts say in
// words of their own is cleared of secrets besides.
func (a *Agent) Diagnostics(context.Context) (string, error) {
	s := a.hub.get()
	var b strings.Builder
	section := func(name string, rows ...string) {
		fmt.Fprintf(&b, "## %s\n", name)
		for _, row := range rows {
			if row != "" {
				b.WriteString(row + "\n")
			}
		}
		b.WriteString("\n")
	}
	row := func(name string, value any) string {
		if text := fmt.Sprint(value); text != "" {
			return name + ": " + text
		}
		return ""
	}

	section("Helium",
		row("version", s.Version),
		row("system", fmt.Sprintf("%s, %s/%s, %d processors", systemName(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())),
		row("language", orUsual(s.Settings.Language, "the system's")),
		row("appearance", s.Settings.Appearance),
		row("made", time.Now().UTC().Format(time.RFC3339)))
	h := s.Hardware
	section("Hardware", row("name", h.Name), row("kind", h.Kind), row("memory of its own", fmt.Sprintf("%d GB", h.VRAMGB)),
		row("backend", h.Backend), row("runtime", h.Runtime), row("why", h.Why))
	section("Engine", row("status", s.Engine.Status), row("restarts", s.Engine.Restarts), row("model", s.Engine.Model),
		row("models", strings.Join(s.Engine.Models, ", ")))
	n := s.Network
	section("Network", row("name", n.Name), row("chain", n.ChainID), row("profile", a.networkFrom()), row("connected", n.Connected), row("block", n.Head))
	section("Node", nodeRows(s, row)...)
	d := s.Settings.Downloads
	section("Downloads", row("proxy", proxyKind(d)), row("mirror", orUsual(hostOf(d.Endpoint), "none")), row("signed in", d.Token))
	w := s.When.Settings
	section("When to work",
		row("pauses", fmt.Sprintf("fullscreen %t, programs %d, graphics %t, battery %t, heat %t, hours %t, person %t",
			w.Fullscreen.Pause, len(w.Programs), w.Graphics.Pause, w.Battery.Pause, w.Heat.Pause, w.Hours.Limit, w.Person.Pause)),
		unreadRow(s.When.Unread))
	section("Desktop", row("choices", fmt.Sprintf("start at login %t, close to tray %t", s.Desktop.Settings.StartAtLogin, s.Desktop.Settings.CloseToTray)),
		unableRow(s.Desktop.Unable))
	if a.cfg.Logs != nil {
		a.writeLog(&b, a.cfg.Logs)
	}
	text := strings.ReplaceAll(b.String(), filepath.Clean(a.cfg.DataDir), "[data folder]")
	return a.cfg.Redact.Private(text), nil
}

func nodeRows(s api.State, row func(string, any) string) []string {
	n := s.Node
	rows := []string{
		row("status", n.Status), row("on the chain", n.Chain), row("wants to run", n.WantRunning), row("progress", n.Progress),
		row("passphrase in", s.Wallet.PassphraseIn), row("tasks", s.Earnings.TasksTotal),
	}
	if n.Score != nil {
		rows = append(rows, row("score", *n.Score))
	}
	if r := n.Reason; r != nil {
		rows = append(rows, row("reason", fmt.Sprintf("%s: %s. %s", r.Code, r.Title, r.Detail)))
	}
	if p := n.Pause; p != nil {
		rows = append(rows, row("pause", p.Reason))
	}
	if t := s.Task; t != nil {
		rows = append(rows, row("task", fmt.Sprintf("%v, %s, %s", t.ID, t.Model, t.Stage)))
	}
	if s.Setup != nil {
		rows = append(rows, row("first run", s.Setup.Step))
	}
	return rows
}

func proxyKind(d api.Downloads) string {
	if d.Proxy == "" {
		return "as the system says"
	}
	kind, _, _ := strings.Cut(d.Proxy, "://")
	if d.ProxyLogin {
		return kind + ", with a login"
	}
	return kind
}

func orUsual(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

func unreadRow(unread []api.Unread) string {
	var parts []string
	for _, u := range unread {
		parts = append(parts, fmt.Sprintf("%s (%s)", u.Reason, u.Why))
	}
	if len(parts) == 0 {
		return ""
	}
	return "can't be told: " + strings.Join(parts, "; ")
}

func unableRow(unable []api.Unable) string {
	var parts []string
	for _, u := range unable {
		parts = append(parts, fmt.Sprintf("%s (%s)", u.Choice, u.Why))
	}
	if len(parts) == 0 {
		return ""
	}
	return "does not hold: " + strings.Join(parts, "; ")
}

// writeLog adds the last crash and the last lines.
func (a *Agent) writeLog(b *strings.Builder, book *logbook.Book) {
	if at, said, err := book.LastCrash(); err != nil {
		fmt.Fprintf(b, "## Last crash\n%v\n\n", err)
	} else if !at.IsZero() {
		fmt.Fprintf(b, "## Last crash\n%s\n%s\n\n", at.UTC().Format(time.RFC3339), said)
	}
	b.WriteString("## Log\n")
	lines := book.Since(0)
	for _, l := range lines[max(0, len(lines)-diagnosticLines):] {
		fmt.Fprintf(b, "%s %s %s\n", l.At.UTC().Format("15:04:05"), l.Level, l.Text)
	}
}
