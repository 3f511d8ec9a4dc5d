//go:build desktop

package window

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"helium/app/local"
)

// line is the page's way to the agent. The window holds it: a webview takes a good
// part of a cold start to open its first connection.
type line struct {
	// mu guards everything that follows.
	mu   sync.Mutex
	open *local.Line
	// number of the open line; each has its own.
	number int
}

// lineTime is how long a message to the agent may take.
const lineTime = 10 * time.Second

var errLineEnded = errors.New("the line to the agent has ended")

// OpenLine opens a line to the agent in place of the one before, and finds or starts
// the agent as Agent does. Each message that comes on it is an event by the name of
// lineEvent; an empty one says that it has ended.
func (w *Window) OpenLine() (number int, err error) {
	a, err := w.Agent()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(w.ctx, lineTime)
	defer cancel()
	open, err := local.OpenLine(ctx, a)
	if err != nil {
		w.log.Error("open a line to the agent", "err", err)
		return 0, err
	}
	number = w.line.replace(open)
	go w.carry(open, number)
	return number, nil
}

// SendLine sends a message on a line that is open.
func (w *Window) SendLine(number int, text string) error {
	open := w.line.get(number)
	if open == nil {
		return errLineEnded
	}
	ctx, cancel := context.WithTimeout(w.ctx, lineTime)
	defer cancel()
	return open.Write(ctx, text)
}

// CloseLine ends a line, if it is open.
func (w *Window) CloseLine(number int) {
	if open := w.line.get(number); open != nil {
		open.Close()
	}
}

// carry hands the page what comes on a line until that ends.
func (w *Window) carry(open *local.Line, number int) {
	defer open.Close()
	for {
		text, err := open.Read(w.ctx)
		if err != nil {
			text = ""
		}
		runtime.EventsEmit(w.ctx, lineEvent(number), text)
		if err != nil {
			return
		}
	}
}

func lineEvent(number int) string { return fmt.Sprintf("line-%d", number) }

func (l *line) replace(open *local.Line) (number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open != nil {
		l.open.Close()
	}
	l.open = open
	l.number++
	return l.number
}

func (l *line) get(number int) *local.Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number != l.number {
		return nil
	}
	return l.open
}
