package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"helium/backend/bridge"
	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/inference/task"
)

// Overhead is what a bridge adds to a plain reverse proxy before the same node,
// whose work takes as long in both: parsing, the key, the charge and the refund on
// disk, and OpenAI's objects. A creator's own journal and the chain are no part of
// it.
type Overhead struct {
	// Rate is how many requests came each second, to one at a time; Held is how
	// many streams waited at each all the while.
	Rate int `json:"rate"`
	Held int `json:"held"`
	// WorkMS is what the node takes for an answer.
	WorkMS float64 `json:"work_ms"`
	// DiskMS is what one write to the bridge's store takes when nothing else goes on.
	DiskMS float64 `json:"disk_p50_ms"`
	Proxy  Side    `json:"proxy"`
	Bridge Side    `json:"bridge"`
	// Slow is how much of the time the machine did not keep its pace, the time
	// included after each such moment that a queue may take to go.
	Slow float64 `json:"slow_share"`
}

// Side is how one of them did. Times count from when a request was due.
type Side struct {
	// Failed requests, in turn and together.
	Failed int   `json:"failed"`
	All    Times `json:"all"`
	// Steady are the requests during which the machine kept its pace.
	Steady Times `json:"steady"`
	// Together are requests that both get at the same moments, of which each has its
	// own: where the machine falls behind both wait, and each for the other's work too.
	Together Times `json:"together"`
}

// Times of requests that were answered.
type Times struct {
	Requests int     `json:"requests"`
	P50MS    float64 `json:"p50_ms"`
	P99MS    float64 `json:"p99_ms"`
}

func timesOf(answered []span) Times {
	if len(answered) == 0 {
		return Times{}
	}
	var took []time.Duration
	for _, a := range answered {
		took = append(took, a.to.Sub(a.from))
	}
	slices.Sort(took)
	return Times{len(took), ms(rank(took, 50)), ms(rank(took, 99))}
}

// OverheadOptions of a measurement. Dir is an empty folder on the disk to measure.
type OverheadOptions struct {
	Dir        string
	Rate, Held int
	Work       time.Duration
	Round      time.Duration
	Rounds     int
	OnRound    func(done, total int)
}

const (
	// quick and held are what the node does at once, and what it never ends.
	quick = "bench/quick"
	held  = "bench/held"
)

// MeasureBridge lets a proxy and a bridge serve the same requests in turn, and then
// at the same time.
func MeasureBridge(ctx context.Context, o OverheadOptions) (Overhead, error) {
	if o.Rate < 1 || o.Held < 0 || o.Rounds < 1 || o.Round < time.Second {
		return Overhead{}, errors.New("measure bridge: rate, rounds and a second for each are needed at least")
	}
	out := Overhead{Rate: o.Rate, Held: o.Held, WorkMS: ms(o.Work)}
	defer bridge.CalmCollector()() // as a bridge's own process has it; the proxy gains from it too
	db, err := store.Open(o.Dir, store.Options{Busy: true})
	if err != nil {
		return out, err
	}
	defer db.Close()
	if out.DiskMS, err = diskTime(db); err != nil {
		return out, err
	}
	key, err := bridge.CreateKey(db, bridge.KeyOptions{Name: "bench", PerMinute: 100_000_000}, time.Now())
	if err != nil {
		return out, err
	}
	b, err := bridge.Start(bridge.Config{
		Listen: "127.0.0.1:0", Creator: player{o.Work}, Store: db,
		Models: []bridge.Model{{Pin: protocol.ModelPin{ID: quick}, MinVRAMGB: 1}, {Pin: protocol.ModelPin{ID: held}, MinVRAMGB: 1}},
	})
	if err != nil {
		return out, err
	}
	defer b.Close()
	proxy, stop, err := plainProxy(o.Work)
	if err != nil {
		return out, err
	}
	defer stop()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	load := loader{key: key, rate: o.Rate, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096}}}
	var holding sync.WaitGroup
	defer holding.Wait()
	defer cancel()
	both := [2]string{proxy, b.URL()}
	for _, to := range both {
		if err := load.hold(ctx, &holding, to, o.Held); err != nil {
			return out, err
		}
	}
	var watched pace
	holding.Go(func() { watched.watch(ctx) })
	var answered [2][]span
	var measured []span
	sides := [2]*Side{&out.Proxy, &out.Bridge}
	for round := range o.Rounds + 1 { // the first one warms up
		for i, to := range both {
			began := time.Now()
			got, failed, err := load.run(ctx, to, o.Round)
			if err != nil {
				return out, err
			}
			if round > 0 {
				answered[i] = append(answered[i], got...)
				sides[i].Failed += failed
				measured = append(measured, span{began, time.Now()})
			}
		}
		if o.OnRound != nil {
			o.OnRound(round, o.Rounds)
		}
	}
	var together [2][]span
	for range o.Rounds {
		got, failed, err := load.runBoth(ctx, both, o.Round)
		if err != nil {
			return out, err
		}
		for i, side := range sides {
			together[i] = append(together[i], got[i]...)
			side.Failed += failed[i]
		}
	}
	slow := watched.slow()
	out.Slow = shareOf(measured, slow)
	for i, side := range sides {
		if len(answered[i]) == 0 {
			return out, errors.New("measure bridge: no request was answered")
		}
		side.All, side.Together = timesOf(answered[i]), timesOf(together[i])
		side.Steady = timesOf(slices.DeleteFunc(answered[i], func(a span) bool { return a.among(slow) }))
	}
	return out, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// rank takes the nearest rank above, of sorted times.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((len(sorted)*percent+99)/100-1, 0)]
}

var diskRows = store.NewTable[string, int]("bench.disk")

func diskTime(db *store.Store) (float64, error) {
	var times []time.Duration
	for i := range 50 {
		began := time.Now()
		if err := db.Update(func(tx *store.Tx) error { return diskRows.Put(tx, "row", i) }); err != nil {
			return 0, err
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	return ms(rank(times, 50)), nil
}

// player is a creator and its nodes in one, without a chain.
type player struct{ work time.Duration }

func (p player) Create(_ context.Context, q creator.Request) (*creator.Task, error) {
	t, tell, end := creator.Play(creator.Record{
		ID: q.ID, State: creator.Accepted, Owner: q.Owner, Type: q.Type, Model: q.Model, Units: q.Units, Fee: q.Fee, Created: time.Now(),
	})
	go func() {
		tell(creator.Event{Stage: creator.StageCreated, TaskID: 1})
		if q.Model == held {
			return
		}
		time.Sleep(p.work)
		response := answer()
		tell(creator.Event{Stage: creator.StageDelta, Text: response.Choices[0].Content})
		tell(creator.Event{Stage: creator.StageVerified, Response: response.Bytes()})
		tell(creator.Event{Stage: creator.StageSettled, Receipt: &protocol.Receipt{Fee: q.Fee}})
		end()
	}()
	return t, nil
}

func (player) Task(string) (*creator.Task, error) { return nil, creator.ErrNotFound }
func (player) Fee(context.Context, creator.Size, protocol.Wei) (protocol.Wei, error) {
	return protocol.CNX(1), nil
}
func (player) Estimate(context.Context, creator.Size, protocol.Wei) (creator.Estimate, error) {
	return creator.Estimate{}, errors.New("nothing is estimated here")
}
func (player) Balance(context.Context) (protocol.Wei, error) { return protocol.CNX(1), nil }

func answer() task.Response {
	return task.Response{
		Model:   quick,
		Choices: []task.Choice{{FinishReason: task.FinishStop, Content: "A relay keeps sealed messages until those they are for fetch them."}},
		Usage:   task.Usage{PromptTokens: 12, CompletionTokens: 14},
	}
}

// plainProxy is a reverse proxy before a server that answers as the node would.
func plainProxy(work time.Duration) (address string, stop func(), err error) {
	response := answer()
	body, err := json.Marshal(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": quick,
		"choices": []map[string]any{{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": response.Choices[0].Content}}},
		"usage":   map[string]int{"prompt_tokens": 12, "completion_tokens": 14, "total_tokens": 26},
	})
	if err != nil {
		return "", nil, err
	}
	node, stopNode, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if bytes.Contains(asked, []byte(held)) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, ": waiting\n\n")
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		time.Sleep(work)
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}))
	if err != nil {
		return "", nil, err
	}
	to, err := url.Parse(node)
	if err != nil {
		return "", nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 4096},
	}
	address, stopProxy, err := serve(proxy)
	return address, func() { stopProxy(); stopNode() }, err
}

func serve(h http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h}
	go server.Serve(listener)
	return "http://" + listener.Addr().String(), func() { server.Close() }, nil
}

// loader sends requests as they are due, whether or not the ones before are
// answered.
type loader struct {
	key    string
	rate   int
	client *http.Client
}

func (l loader) ask(ctx context.Context, to, model string, stream bool) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{
		"model": model, "messages": []map[string]string{{"role": "user", "content": "What is a relay good for?"}}, "max_tokens": 32, "stream": stream,
	})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+l.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		resp.Body.Close()
		return nil, fmt.Errorf("%s: %s", resp.Status, said)
	}
	return resp, err
}

// hold opens streams that wait until ctx ends.
func (l loader) hold(ctx context.Context, holding *sync.WaitGroup, to string, count int) error {
	for i := range count {
		resp, err := l.ask(ctx, to, held, true)
		if err != nil {
			return fmt.Errorf("hold stream %d: %w", i+1, err)
		}
		holding.Go(func() {
			defer resp.Body.Close()
			io.Copy(io.Discard, resp.Body)
		})
	}
	return nil
}

// run returns from when each request was due until it was answered.
func (l loader) run(ctx context.Context, to string, long time.Duration) (answered []span, failed int, err error) {
	var (
		// mu guards answered and failed.
		mu   sync.Mutex
		busy sync.WaitGroup
	)
	defer busy.Wait()
	began := time.Now()
	for i := range int(long.Seconds() * float64(l.rate)) {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(l.rate))
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
		busy.Go(func() {
			resp, err := l.ask(ctx, to, quick, false)
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			a := span{due, time.Now()}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				return
			}
			answered = append(answered, a)
		})
	}
	busy.Wait()
	return answered, failed, nil
}

// runBoth is run to both at the same time.
func (l loader) runBoth(ctx context.Context, to [2]string, long time.Duration) (answered [2][]span, failed [2]int, err error) {
	var both errgroup.Group
	for i := range to {
		both.Go(func() (err error) {
			answered[i], failed[i], err = l.run(ctx, to[i], long)
			return err
		})
	}
	err = both.Wait()
	return answered, failed, err
}

// WriteJSON prints one object.
func (o Overhead) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(o)
}

// WriteTable prints it for people.
func (o Overhead) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%d requests a second, %d streams held, %.1f ms of work each, %.2f ms for one write to disk\n", o.Rate, o.Held, o.WorkMS, o.DiskMS)
	row := func(name, failed string, x Times) {
		fmt.Fprintf(t, "%s\t%d\t%s\t%.2f\t%.2f\t\n", name, x.Requests, failed, x.P50MS, x.P99MS)
	}
	section := func(heading, proxyFailed, bridgeFailed string, proxy, bridge Times) {
		fmt.Fprintln(t, heading)
		row("reverse proxy", proxyFailed, proxy)
		row("bridge", bridgeFailed, bridge)
		fmt.Fprintf(t, "over the proxy\t\t\t%+.2f\t%+.2f\t\n", bridge.P50MS-proxy.P50MS, bridge.P99MS-proxy.P99MS)
	}
	section("all\tanswered\tfailed\tp50 ms\tp99 ms\t", strconv.Itoa(o.Proxy.Failed), strconv.Itoa(o.Bridge.Failed), o.Proxy.All, o.Bridge.All)
	section("steady\t\t\t\t\t", "", "", o.Proxy.Steady, o.Bridge.Steady)
	section("both at once\t\t\t\t\t", "", "", o.Proxy.Together, o.Bridge.Together)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "steady: without the %.1f %% of the time when this machine computed at less than half its pace, and for %v after it\n", o.Slow*100, aftermath)
	return err
}
