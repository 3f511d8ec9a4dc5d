package validator

import (
	"context"
	"log/slog"

	cometlog "github.com/cometbft/cometbft/libs/log"
	gethlog "github.com/ethereum/go-ethereum/log"
)

// gethLogger keeps geth's words out unless they matter.
func gethLogger(log *slog.Logger) gethlog.Logger {
	return gethlog.NewLogger(quiet{log.Handler()})
}

// cometLogger hands CometBFT's warnings on. What it calls info is one line an
// agreement.
func cometLogger(log *slog.Logger) cometlog.Logger { return cometLog{log.With("from", "agreement")} }

type cometLog struct{ log *slog.Logger }

func (l cometLog) Debug(string, ...any)           {}
func (l cometLog) Info(msg string, kv ...any)     { l.log.Debug(msg, kv...) }
func (l cometLog) With(kv ...any) cometlog.Logger { return cometLog{l.log.With(kv...)} }

func (l cometLog) Error(msg string, kv ...any) {
	if harmless(msg) {
		l.log.Debug(msg, kv...)
		return
	}
	l.log.Error(msg, kv...)
}

// harmless knows the alarms that both libraries raise over what is meant: geth
// speaks to no peers, a stopped listener accepts nobody, peers come and go and are
// called again, and a signer that waits has said so.
func harmless(msg string) bool {
	switch msg {
	case "P2P server will be useless, neither dialing nor listening",
		"Stopped accept routine, as transport is closed",
		"Stopping peer for error", "error while stopping peer", "Error stopping pool",
		"failed signing vote", "propose step; failed signing proposal":
		return true
	}
	return false
}

// quiet passes warnings and errors only.
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if harmless(r.Message) {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(n string) slog.Handler      { return quiet{q.Handler.WithGroup(n)} }
