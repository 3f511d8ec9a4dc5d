package relay

import (
	"context"
	"fmt"
	"time"

	"helium/backend/chain"
)

// ChainState is how a relay stands with its chain.
type ChainState struct {
	// Head is the newest block, HeadTime its time.
	Head     uint64
	HeadTime time.Time
	// Read is the last block whose roles are known.
	Read uint64
	// Heard is when the chain last answered.
	Heard time.Time
	// Still is since when the chain stands still though it answers; zero for that it
	// does not.
	Still time.Time
}

func (s ChainState) lag() uint64 {
	if s.Read >= s.Head {
		return 0
	}
	return s.Head - s.Read
}

// Chain tells how the relay stands with its chain.
type Chain interface{ State() ChainState }

const (
	// unheard is how long a chain may say nothing. It is asked every 15 seconds.
	unheard = time.Minute
	// behind is how many blocks a relay may not have read and still know the tasks
	// that it is asked about.
	behind = 16
)

// unready says why the relay should be sent no clients now, by part.
func (r *Relay) unready(ctx context.Context) map[string]string {
	why := map[string]string{}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := r.bus.blobs.Info(ctx); err != nil {
		why["blobs"] = "the store does not answer: " + err.Error()
	}
	if _, err := r.bus.events.Info(ctx); err != nil {
		why["events"] = "the store does not answer: " + err.Error()
	}
	if r.cfg.Chain == nil {
		return why
	}
	at := r.cfg.Chain.State()
	if silence := r.cfg.Now().Sub(at.Heard); silence > unheard {
		why["chain"] = fmt.Sprintf("not heard of for %s", silence.Round(time.Second))
	} else if !at.Still.IsZero() {
		why["chain"] = chain.StillText(at.Still)
	} else if at.lag() > behind {
		why["chain"] = fmt.Sprintf("%d blocks are not read yet", at.lag())
	}
	return why
}

// OperatorURL is where the operator's page listens; empty for none.
func (r *Relay) OperatorURL() string {
	if r.operator == nil {
		return ""
	}
	return r.operator.URL()
}
