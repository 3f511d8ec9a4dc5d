// Package logbook keeps what a program says of itself.
//
// A line is one event: when, how grave, and what. The file holds the lines of the
// last days and is put away under another name when it is full; of those, a few are
// kept. The tail is the newest lines in memory, for whoever looks at them. The
// promise: a book takes bounded room however much is said, no secret that its
// redactor can tell gets into it, and what a crash says outlives the crash.
package logbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"helium/app/redact"
)

const (
	// fileName of the newest lines; older ones lie beside it.
	fileName = "agent.log"
	// crashName is where the Go runtime says why the program died.
	crashName = "crash.log"

	fileMegabytes = 5
	oldFiles      = 3
	// crashMost is how large the crashes' file gets before it is put away.
	crashMost = 1 << 20
	// tailLines is how many lines are in memory, lineMost how long each may be.
	tailLines = 2000
	lineMost  = 4096
)

// Line is one event.
type Line struct {
	// Seq counts the lines from 1.
	Seq   uint64
	At    time.Time
	Level slog.Level
	Text  string
}

// Book is open in one folder.
type Book struct {
	dir    string
	secret func(string) string
	level  slog.Leveler

	// mu guards everything that follows.
	mu      sync.Mutex
	file    *lumberjack.Logger
	tail    []Line
	seq     uint64
	waiting map[chan struct{}]bool
	// buf and message are of the record that is being written.
	buf     bytes.Buffer
	message string
}

// Open writes below dir, which it makes. What is less grave than level is dropped.
func Open(dir string, level slog.Leveler, r *redact.Redactor) (*Book, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	// The rotation gives a new file the mode of the one before.
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	f.Close()
	return &Book{
		dir: dir, secret: r.Secret, level: level, waiting: map[chan struct{}]bool{},
		file: &lumberjack.Logger{Filename: f.Name(), MaxSize: fileMegabytes, MaxBackups: oldFiles},
	}, nil
}

// Dir is where the files lie.
func (b *Book) Dir() string { return b.dir }

// Close closes the file; lines that come later open it again.
func (b *Book) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.file.Close()
}

// CatchCrashes has the runtime write what ends the program, all goroutines
// included, into a file of the book beside standard error. It holds for the whole
// program.
func (b *Book) CatchCrashes() error {
	path := filepath.Join(b.dir, crashName)
	if info, err := os.Stat(path); err == nil && info.Size() > crashMost {
		if err := os.Rename(path, path+".before"); err != nil {
			return fmt.Errorf("catch crashes: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("catch crashes: %w", err)
	}
	defer f.Close() // the runtime keeps a copy
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("catch crashes: %w", err)
	}
	return nil
}

// LastCrash is when the program last died and the first lines of what it said,
// without secrets; the zero time where it never did.
func (b *Book) LastCrash() (at time.Time, said string, err error) {
	path := filepath.Join(b.dir, crashName)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return time.Time{}, "", nil
	}
	if err != nil {
		return time.Time{}, "", fmt.Errorf("read crashes: %w", err)
	}
	all, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("read crashes: %w", err)
	}
	return info.ModTime(), b.secret(lastCrash(string(all))), nil
}

// lastCrash is the cause and the place of the last of several crashes: a goroutine's
// stack, as far as it is short.
func lastCrash(all string) string {
	const lines = 12
	start := 0
	for _, sign := range []string{"panic: ", "fatal error: ", "SIG", "unexpected fault"} {
		if at := strings.LastIndex(all, "\n"+sign); at >= 0 {
			start = max(start, at+1)
		}
	}
	said := strings.SplitN(all[start:], "\n", lines+1)
	return strings.TrimSpace(strings.Join(said[:min(len(said), lines)], "\n"))
}

// Since returns the lines after the one that counts seq, as far as they are in memory.
func (b *Book) Since(seq uint64) []Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, _ := slices.BinarySearchFunc(b.tail, seq+1, func(l Line, s uint64) int { return int(int64(l.Seq - s)) })
	return slices.Clone(b.tail[i:])
}

// pace is how often a watcher is told, so that a flood of lines is few messages.
const pace = 200 * time.Millisecond

// Watch sends the lines that are in memory, then those that come, several at a
// time. A slow reader misses what has left the memory. The channel closes when ctx
// ends.
func (b *Book) Watch(ctx context.Context) <-chan []Line {
	out := make(chan []Line)
	wake := make(chan struct{}, 1)
	b.mu.Lock()
	b.waiting[wake] = true
	b.mu.Unlock()
	go func() {
		defer close(out)
		defer func() {
			b.mu.Lock()
			delete(b.waiting, wake)
			b.mu.Unlock()
		}()
		seq := uint64(0)
		for {
			if lines := b.Since(seq); len(lines) > 0 {
				select {
				case out <- lines:
					seq = lines[len(lines)-1].Seq
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-wake:
			case <-ctx.Done():
				return
			}
			select {
			case <-time.After(pace):
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Handler writes records into the book.
func (b *Book) Handler() slog.Handler {
	return handler{b, slog.NewTextHandler(&b.buf, &slog.HandlerOptions{Level: b.level, ReplaceAttr: b.withoutHead})}
}

// withoutHead drops what a line says by itself: the time, the level and the message.
func (b *Book) withoutHead(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	_, isLevel := a.Value.Any().(slog.Level)
	switch {
	case a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime,
		a.Key == slog.LevelKey && isLevel,
		a.Key == slog.MessageKey && a.Value.Kind() == slog.KindString && a.Value.String() == b.message:
		return slog.Attr{}
	}
	return a
}

type handler struct {
	book  *Book
	inner slog.Handler
}

func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.inner.Enabled(ctx, l) }
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.book, h.inner.WithGroup(name)}
}
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.book.mu.Lock() // writing the attributes looks at the message
	defer h.book.mu.Unlock()
	return handler{h.book, h.inner.WithAttrs(attrs)}
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	b := h.book
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Reset()
	b.message = r.Message
	if err := h.inner.Handle(ctx, r); err != nil {
		return err
	}
	message := strings.ReplaceAll(strings.TrimSpace(r.Message), "\n", "⏎")
	text := strings.TrimRight(strings.TrimSpace(message+" "+strings.TrimSpace(b.buf.String())), "\n")
	if len(text) > lineMost {
		text = strings.ToValidUTF8(text[:lineMost], "") + "…"
	}
	text = b.secret(text)

	b.seq++
	b.tail = append(b.tail, Line{b.seq, r.Time, r.Level, text})
	if len(b.tail) > tailLines {
		b.tail = slices.Delete(b.tail, 0, len(b.tail)-tailLines)
	}
	for wake := range b.waiting {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	_, err := fmt.Fprintf(b.file, "%s %-5s %s\n", r.Time.Format("2006-01-02T15:04:05.000Z07:00"), r.Level, text)
	return err
}
