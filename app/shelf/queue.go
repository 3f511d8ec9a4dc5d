package shelf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"helium/backend/models"
	"helium/backend/protocol"
)

// DownloadStatus is where a download stands.
type DownloadStatus string

const (
	// Queued: others come first.
	Queued DownloadStatus = "queued"
	// Fetching: its bytes come, or are checked.
	Fetching DownloadStatus = "fetching"
	// Paused by the person.
	Paused DownloadStatus = "paused"
	// Stuck: something is in the way that may go by itself; it is tried again.
	Stuck DownloadStatus = "stuck"
	// Failed: it would fail again; a person has to look.
	Failed DownloadStatus = "failed"
)

type downloadEvent string

const (
	begins  downloadEvent = "begins"
	pauses  downloadEvent = "pauses"
	resumes downloadEvent = "resumes"
	blocks  downloadEvent = "blocks"
	fails   downloadEvent = "fails"
	clears  downloadEvent = "clears"
	yields  downloadEvent = "yields"
)

// edges is the whole life of a download, but for its end: it is done, or taken back.
func edges() map[DownloadStatus]map[downloadEvent]DownloadStatus {
	return map[DownloadStatus]map[downloadEvent]DownloadStatus{
		Queued:   {begins: Fetching, pauses: Paused},
		Fetching: {pauses: Paused, blocks: Stuck, fails: Failed, yields: Queued},
		Paused:   {resumes: Queued},
		Stuck:    {clears: Queued, resumes: Queued, pauses: Paused},
		Failed:   {resumes: Queued},
	}
}

// Download is a model on its way.
type Download struct {
	ID, File string
	Status   DownloadStatus
	// Progress is as of the last try. Its stage is empty before the first.
	Progress models.Progress
	// Reason says why it is stuck or has failed.
	Reason *protocol.Reason
}

type job struct {
	wanted
	status   DownloadStatus
	progress models.Progress
	reason   *protocol.Reason
	// stop ends the fetching; nil while there is none.
	stop context.CancelCauseFunc
	// over is closed when that has ended.
	over chan struct{}
	// tried is how often it got stuck without coming on, retryAt when it is tried again.
	tried   int
	retryAt time.Time
}

func (j *job) shown() Download {
	return Download{ID: j.ID, File: j.File, Status: j.status, Progress: j.progress, Reason: j.reason}
}

// take makes a step, and says whether there is one.
func (j *job) take(e downloadEvent) bool {
	to, ok := edges()[j.status][e]
	if !ok {
		return false
	}
	j.status = to
	j.Paused = to == Paused
	if to == Queued || to == Paused {
		j.reason = nil
	}
	return true
}

// Why a fetch ends that did not fail.
var (
	errPaused  = errors.New("the download is paused")
	errDropped = errors.New("the download is taken back")
	errYields  = errors.New("the models are being moved")
)

// Want has a model be fetched, after those that are wanted already, or before them. One
// that is wanted already goes on.
func (s *Shelf) Want(w models.Want, first bool) error {
	if err := models.CheckID(w.ID); err != nil {
		return err
	}
	l, err := s.Library()
	if err != nil {
		return err
	}
	if _, err := l.Get(w.ID); err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tellLater()
	i := s.find(w.ID)
	if i >= 0 && !first {
		s.jobs[i].take(resumes)
		return s.keep(func(*record) {})
	}
	j := &job{wanted: wanted{ID: w.ID, File: w.File}, status: Queued}
	if i >= 0 {
		j = s.jobs[i]
		j.take(resumes)
		s.jobs = slices.Delete(s.jobs, i, i+1)
	}
	before := slices.Clone(s.jobs)
	if first {
		s.jobs = slices.Insert(s.jobs, 0, j)
	} else {
		s.jobs = append(s.jobs, j)
	}
	if err := s.keep(func(*record) {}); err != nil {
		s.jobs = before
		return err
	}
	return nil
}

// tellLater wakes the queue; what changed is told when mu is free again.
func (s *Shelf) tellLater() {
	signal(s.queue)
	go s.changed()
}

// find is called with mu held.
func (s *Shelf) find(id string) int {
	return slices.IndexFunc(s.jobs, func(j *job) bool { return j.ID == id })
}

func (s *Shelf) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(id) >= 0
}

// Pause holds a download until it is resumed; what came stays.
func (s *Shelf) Pause(id string) error {
	return s.step(id, pauses, say("download_no_pause", "This download can't be paused: it is done, or has failed."))
}

// Resume goes on with a download that is paused, is stuck or has failed.
func (s *Shelf) Resume(id string) error {
	return s.step(id, resumes, say("download_goes_on", "This download goes on already."))
}

func (s *Shelf) step(id string, e downloadEvent, otherwise error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return say("download_over", "This download is over.")
	}
	j := s.jobs[i]
	if !j.take(e) {
		return otherwise
	}
	if e == resumes {
		j.tried = 0
	}
	if j.stop != nil {
		j.stop(errPaused)
	}
	defer s.tellLater()
	return s.keep(func(*record) {})
}

// Drop takes a download back; what came of it stays, so that it can be gone on with.
func (s *Shelf) Drop(id string) {
	s.drop(id)
	s.changed()
}

// drop returns what is closed when nothing is fetched for it any more; nil where
// nothing is.
func (s *Shelf) drop(id string) (over <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return nil
	}
	j := s.jobs[i]
	s.jobs = slices.Delete(s.jobs, i, i+1)
	if j.stop != nil {
		j.stop(errDropped)
		over = j.over
	}
	if err := s.keep(func(*record) {}); err != nil {
		s.log.Warn("could not keep that a download was taken back", "err", err)
	}
	signal(s.queue)
	return over
}

// tryAgain goes on with what is stuck for a reason that may be over.
func (s *Shelf) tryAgain(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.reason != nil && j.reason.Code == code && j.take(clears) {
			signal(s.queue)
		}
	}
}

// fetchAll fetches one model after the other.
func (s *Shelf) fetchAll(ctx context.Context) {
	for ctx.Err() == nil {
		j, wait := s.nextJob()
		if j != nil {
			s.fetch(ctx, j)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.queue:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// nextJob is the first that may go on, or how long to wait until one may.
func (s *Shelf) nextJob() (*job, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := mostRetry
	if s.record.Move != nil {
		return nil, wait
	}
	now := time.Now()
	for _, j := range s.jobs {
		if j.status == Stuck && s.mayClear(j, now) {
			j.take(clears)
		}
		if j.status == Stuck {
			wait = min(wait, max(j.retryAt.Sub(now), s.retry))
		}
	}
	for _, j := range s.jobs {
		if j.take(begins) {
			return j, 0
		}
	}
	return nil, wait
}

// mayClear says whether it is time to try again: where the disk was full, when there
// is room. It is called with mu held.
func (s *Shelf) mayClear(j *job, now time.Time) bool {
	if now.Before(j.retryAt) {
		return false
	}
	if j.reason.Code != models.CodeNoSpace || s.library == nil {
		return j.reason.Code != models.CodeCap
	}
	return s.library.Room(j.progress.Total-j.progress.Done) == nil
}

// fetch fetches one model, or says why not.
func (s *Shelf) fetch(ctx context.Context, j *job) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	over := make(chan struct{})
	defer close(over)
	s.mu.Lock()
	j.stop, j.over = stop, over
	if j.status != Fetching || s.find(j.ID) < 0 { // paused or taken back meanwhile
		stop(errPaused)
	}
	s.mu.Unlock()
	s.changed()
	err := s.fetchNow(ctx, j)
	s.mu.Lock()
	j.stop = nil
	switch cause := context.Cause(ctx); {
	case err == nil:
		if i := s.find(j.ID); i >= 0 && s.jobs[i] == j {
			s.jobs = slices.Delete(s.jobs, i, i+1)
		}
		if err := s.keep(func(*record) {}); err != nil {
			s.log.Warn("could not keep that a download is done", "err", err)
		}
	case errors.Is(cause, errYields):
		j.take(yields)
	case cause != nil: // its status says why
		if j.status == Fetching { // the program ends
			j.take(yields)
		}
	default:
		s.setback(j, err)
	}
	s.mu.Unlock()
	s.changed()
}

// setback tells what may go over from what will not. It is called with mu held.
func (s *Shelf) setback(j *job, err error) {
	s.log.Warn("a model could not be fetched", "model", models.Label(j.ID), "err", err)
	j.reason = reasonOf(err, CodeDownload, "The model could not be fetched", "Try again: it goes on where it stopped.")
	switch j.reason.Code {
	case models.CodeNoSpace, models.CodeCap, models.CodeUnreachable, models.CodeBusy, CodeGone:
		j.take(blocks)
		j.retryAt = time.Now().Add(min(s.retry<<min(j.tried, 10), mostRetry))
		j.tried++
	default:
		j.take(fails)
	}
}

func (s *Shelf) fetchNow(ctx context.Context, j *job) error {
	l, err := s.Library()
	if err != nil {
		return err
	}
	if err := s.makeRoom(ctx, l, j); err != nil {
		return err
	}
	_, err = l.Fetch(ctx, j.want(), func(p models.Progress) {
		s.mu.Lock()
		if p.Done > j.progress.Done {
			j.tried = 0
		}
		j.progress = p
		s.mu.Unlock()
		s.cfg.Changed()
	})
	return err
}

// makeRoom has those models go, in good order, that the library would remove for a
// new one.
func (s *Shelf) makeRoom(ctx context.Context, l *models.Library, j *job) error {
	if l.Limit() <= 0 {
		return nil
	}
	missing, err := l.Missing(ctx, j.want())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return nil // the fetch says why
	}
	going := l.Leaving(j.ID, missing, l.Limit())
	if going.Over > 0 {
		return nil // the library says so
	}
	for _, id := range going.IDs {
		one := s.letGo(id, nil)
		s.changed()
		select {
		case <-one.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if _, err := l.Get(id); err == nil {
			return fmt.Errorf("%s was to go and stays", models.Label(id))
		}
	}
	return nil
}
