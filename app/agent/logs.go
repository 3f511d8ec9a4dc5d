package agent

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"helium/app/api"
	"helium/app/logbook"
)

// WatchLog sends the log's newest lines, then those that come.
func (a *Agent) WatchLog(ctx context.Context) <-chan []api.LogLine {
	out := make(chan []api.LogLine)
	go func() {
		defer close(out)
		if a.cfg.Logs == nil {
			<-ctx.Done()
			return
		}
		for lines := range a.cfg.Logs.Watch(ctx) {
			shown := make([]api.LogLine, len(lines))
			for i, l := range lines {
				shown[i] = lineOf(l)
			}
			select {
			case out <- shown:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func lineOf(l logbook.Line) api.LogLine {
	level, _, _ := strings.Cut(strings.ToLower(l.Level.String()), "+")
	return api.LogLine{Seq: l.Seq, At: l.At, Level: level, Text: l.Text}
}

// OpenLogFolder has the desktop show the log's folder.
func (a *Agent) OpenLogFolder(context.Context) error {
	if a.cfg.Logs == nil {
		return say("log_none", "This Helium keeps no log in a folder.")
	}
	dir := a.cfg.Logs.Dir()
	name, args := "xdg-open", []string{dir}
	switch runtime.GOOS {
	case "windows":
		name = "explorer.exe"
	case "darwin":
		name = "open"
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return say("log_headless", "There is no desktop here to show a folder on. The log is in {folder}.", dir)
		}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		return say("log_folder", "The folder can't be opened here ({why}). It is {folder}.", err, dir)
	}
	go cmd.Wait() // Explorer says 1 where all went well
	return nil
}
