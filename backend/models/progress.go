package models

import (
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Stages of a download that a person may have to wait for.
const (
	StageWaiting  = "waiting"  // another program fetches the same
	StageFetching = "fetching" // bytes come in
	StageChecking = "checking" // the checksum is computed
)

// Progress of one download.
type Progress struct {
	ID string
	// Stage is one of the above.
	Stage string
	// Done and Total in bytes, of all files; Done starts where an earlier try
	// was cut. Total is 0 while it is unknown.
	Done, Total int64
	// BytesPerSecond of the last few seconds; 0 at first.
	BytesPerSecond int64
}

// Left is the time the rest will take at the present speed; 0 when unknown.
func (p Progress) Left() time.Duration {
	if p.BytesPerSecond <= 0 {
		return 0
	}
	return time.Duration(float64(p.Total-p.Done) / float64(p.BytesPerSecond) * float64(time.Second))
}

// Percent done; 0 while the total is unknown.
func (p Progress) Percent() int64 {
	if p.Total <= 0 {
		return 0
	}
	return int64(float64(p.Done) * 100 / float64(p.Total))
}

const (
	reportEvery = 250 * time.Millisecond
	speedSpan   = 5 * time.Second
)

// meter counts the bytes of all parts and reports at most four times a second,
// one report at a time.
type meter struct {
	report func(Progress)
	now    func() time.Time

	// mu guards everything that follows.
	mu   sync.Mutex
	p    Progress
	last time.Time
	// seen holds what was done at which time, for the speed.
	seen []sample
}

type sample struct {
	at   time.Time
	done int64
}

func newMeter(id string, report func(Progress)) *meter {
	return &meter{report: report, now: time.Now, p: Progress{ID: id}}
}

// begin says how much there is and how much of it is here.
func (m *meter) begin(done, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.p.Stage, m.p.Done, m.p.Total = StageFetching, done, total
	m.seen = []sample{{m.now(), done}}
	m.tell(true)
}

func (m *meter) stage(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.p.Stage != s {
		m.p.Stage = s
		m.tell(true)
	}
}

// add counts bytes that came in.
func (m *meter) add(n int64) { m.addAs(StageFetching, n) }

// forget takes back bytes that have to be fetched again. The speed is of what
// came in, so its samples are moved along.
func (m *meter) forget(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.p.Done -= n
	for i := range m.seen {
		m.seen[i].done -= n
	}
}

func (m *meter) tell(atOnce bool) {
	now := m.now()
	if m.report == nil || !atOnce && now.Sub(m.last) < reportEvery {
		return
	}
	m.last = now
	for len(m.seen) > 1 && now.Sub(m.seen[1].at) >= speedSpan {
		m.seen = m.seen[1:]
	}
	if len(m.seen) > 0 {
		if span := now.Sub(m.seen[0].at); span >= reportEvery {
			m.p.BytesPerSecond = int64(float64(m.p.Done-m.seen[0].done) / span.Seconds())
		}
		m.seen = append(m.seen, sample{now, m.p.Done})
	}
	m.report(m.p)
}

func (m *meter) done() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.p.Done
}

// addAs is add in another stage than that of fetching.
func (m *meter) addAs(stage string, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.p.Stage = stage
	m.p.Done += n
	m.tell(m.p.Done == m.p.Total)
}

// count counts files that were there already, each bytes once. For the speed they
// are as if they had been there from the beginning.
func (m *meter) count(files []protocol.ModelFile, counted map[common.Hash]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range files {
		if counted[f.SHA256] {
			continue
		}
		counted[f.SHA256] = true
		m.p.Done += f.Bytes
		for i := range m.seen {
			m.seen[i].done += f.Bytes
		}
	}
	m.tell(false)
}
