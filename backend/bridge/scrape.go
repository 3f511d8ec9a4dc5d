package bridge

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"

	"helium/backend/chain"
	"helium/backend/vitals"
)

// scrape reads what is a state rather than a count, when it is asked for.
type scrape struct {
	bridge  *Bridge
	metrics *metrics
	gauges  map[string]*prometheus.Desc
}

func newScrape(b *Bridge, m *metrics) *scrape {
	s := &scrape{bridge: b, metrics: m, gauges: map[string]*prometheus.Desc{}}
	for _, g := range []struct {
		name, help string
		labels     []string
	}{
		{"open_tasks", "Tasks under way by their state: accepted ones are in no block yet, queued ones wait for nodes.", []string{"state"}},
		{"account_cnx_wei", "CNX that an account can still spend.", []string{"account"}},
		{"account_gas_wei", "What an account has of the chain's own coin.", []string{"account"}},
		{"account_used", "1 for an account that is given new requests.", []string{"account"}},
		{"account_ready", "0 until an account has read the chain.", []string{"account"}},
		{"account_open", "Requests of an account that are under way.", []string{"account"}},
		{"account_waiting", "Requests of an account whose task is in no block yet.", []string{"account"}},
		{"account_stuck", "1 while one of them waits for too long.", []string{"account"}},
		{"account_no_gas", "1 for an account that could lately not pay for a transaction.", []string{"account"}},
		{"account_low_gas", "1 while an account has little gas.", []string{"account"}},
		{"account_blocks_behind", "Blocks that an account has not read yet.", []string{"account"}},
		{"relay_connected", "1 while an account is connected to a relay.", []string{"account"}},
		{"low", "How many things the wallets run low of, CNX and gas: /healthz names them.", nil},
		{"chain_head", "Number of the chain's newest block.", nil},
		{"chain_head_age_seconds", "Age of the newest block; old on an idle chain.", nil},
		{"chain_silence_seconds", "Time since the chain last answered.", nil},
		{"chain_still_seconds", "How long the chain has been standing still though it answers; 0 while it does not.", nil},
	} {
		s.gauges[g.name] = prometheus.NewDesc("helium_bridge_"+g.name, g.help, g.labels, nil)
	}
	return s
}

func (s *scrape) Describe(out chan<- *prometheus.Desc) {
	for _, d := range s.gauges {
		out <- d
	}
}

func (s *scrape) Collect(out chan<- prometheus.Metric) {
	b := s.bridge
	set := func(name string, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(s.gauges[name], prometheus.GaugeValue, v, labels...)
	}
	for state, n := range s.metrics.states() {
		set("open_tasks", float64(n), string(state))
	}
	set("low", float64(len(b.low())))
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	for _, a := range b.accounts(ctx) {
		s.account(set, a)
	}
	if b.chain == nil {
		return
	}
	at, now := b.chain.State(), b.now()
	set("chain_head", float64(at.Head))
	set("chain_head_age_seconds", now.Sub(at.HeadTime).Seconds())
	set("chain_silence_seconds", now.Sub(at.Heard).Seconds())
	set("chain_still_seconds", vitals.Since(at.Still, now))
}

func (s *scrape) account(set func(name string, v float64, labels ...string), a Account) {
	number := strconv.Itoa(a.Number)
	for name, yes := range map[string]bool{
		"account_used": a.Used, "account_ready": a.Ready, "account_stuck": a.Stuck, "account_no_gas": a.NoGas,
		"account_low_gas": a.LowGas, "relay_connected": a.Relay,
	} {
		v := 0.0
		if yes {
			v = 1
		}
		set(name, v, number)
	}
	set("account_open", float64(a.Open), number)
	set("account_waiting", float64(a.Waiting), number)
	set("account_blocks_behind", float64(a.Behind), number)
	if a.CNX != nil {
		set("account_cnx_wei", weiOf(*a.CNX), number)
	}
	if a.Gas != nil {
		set("account_gas_wei", weiOf(*a.Gas), number)
	}
}

// accountOf is the number of the account that paid.
func (b *Bridge) accountOf(payer common.Address) string {
	if n := b.payers[payer]; n > 0 {
		return strconv.Itoa(n)
	}
	return "other"
}

const (
	// unheard is how long a chain may say nothing. It is asked every 15 seconds.
	unheard = time.Minute
	// behind is how many blocks a bridge may not have read and still tell its callers
	// how their tasks are.
	behind = 16
)

// unready says why the bridge should be sent no callers now, by part.
func (b *Bridge) unready(ctx context.Context) map[string]string {
	why := map[string]string{}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if b.closing.Load() {
		why["bridge"] = "it is stopping"
	}
	if away := b.chainAway(); away != "" {
		why["chain"] = away
		return why // nothing else can be known
	}
	used, connected, late := 0, 0, ^uint64(0)
	for _, a := range b.accounts(ctx) {
		if !a.Used {
			continue
		}
		used++
		if a.Relay {
			connected++
		}
		late = min(late, a.Behind)
	}
	if used > 0 && connected == 0 {
		why["relay"] = "no relay can be reached"
	}
	if used > 0 && late > behind {
		why["chain"] = fmt.Sprintf("%d blocks are not read yet", late)
	}
	switch able, err := b.canPay(ctx); {
	case err != nil:
		why["wallet"] = "what the wallet has can't be read: " + err.Error()
	case !able:
		why["wallet"] = "it can't pay for the smallest task: send it CNX"
	}
	return why
}

// Standing tells how a bridge stands with a chain that it follows.
func Standing(c *chain.Chain) Chain { return followed{c} }

type followed struct{ chain *chain.Chain }

func (f followed) State() ChainState {
	head := f.chain.Head()
	still, _ := f.chain.Still()
	return ChainState{Head: head.Number.Uint64(), HeadTime: time.Unix(int64(head.Time), 0), Heard: f.chain.Heard(), Still: still}
}

// chainAway says why the chain counts as unreachable; empty while it does not.
func (b *Bridge) chainAway() string {
	if b.chain == nil {
		return ""
	}
	at := b.chain.State()
	if silence := b.now().Sub(at.Heard); silence > unheard {
		return fmt.Sprintf("not heard of for %s", silence.Round(time.Second))
	}
	if !at.Still.IsZero() {
		return chain.StillText(at.Still)
	}
	return ""
}
