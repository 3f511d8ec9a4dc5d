package diffusion_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/noise"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
	"helium/inference/task"
)

// literal makes images as slowly and plainly as it goes: every text and every
// guess of the noise by a run of its own, every step by the formula of the paper
// in float64, and samples always with variance 1.
type literal struct {
	t          *testing.T
	text       *network.Text
	unet       *network.UNet
	textRun    *network.Run
	unetRun    *network.Run
	decoderRun *network.Run
	words      *tokenizer.Tokenizer

	controlRun *network.Run // nil if none
	hint       []float64    // what it looks at
	weight     float64
}

// guide is what the UNet is told beside the sample.
type guide struct{ rows, added []float32 }

func newLiteral(t *testing.T, dir string, unet *network.UNet, width, height, chunks int64) *literal {
	t.Helper()
	text, _, decoder := networks(t)
	l := &literal{t: t, unet: unet}
	c := newCompute(t, 1)
	if unet.Added != "" {
		text.Skip, text.Norm = 1, false
	}
	l.take(c, dir, "", text)
	l.unetRun = engine(t, c, filepath.Join(dir, "unet"), l.unet, network.Size{Width: width, Height: height, Count: 1, Tokens: 77 * chunks})
	l.decoderRun = engine(t, c, filepath.Join(dir, "vae"), decoder, network.Size{Width: width, Height: height, Count: 1})
	return l
}

// take chooses the text encoder.
func (l *literal) take(c *ggml.Compute, dir, ending string, text *network.Text) {
	l.t.Helper()
	l.text, l.textRun = text, engine(l.t, c, filepath.Join(dir, "text_encoder"+ending), text, network.Size{Count: 1})
	var err error
	if l.words, err = tokenizer.Read(filepath.Join(dir, "tokenizer"+ending)); err != nil {
		l.t.Fatal(err)
	}
}

func engine(t *testing.T, c *ggml.Compute, dir string, n network.Network, s network.Size) *network.Run {
	t.Helper()
	f, err := network.OpenFolder(dir, "", n, exact)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	store, err := f.Load(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	r, err := network.Prepare(store, n, exact, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func (l *literal) do(r *network.Run, in map[string][]float32, rows map[string][]int32, port string) []float64 {
	l.t.Helper()
	out, err := r.Do(l.t.Context(), in, rows)
	if err != nil {
		l.t.Fatal(err)
	}
	var wide []float64
	for _, v := range out[port] {
		wide = append(wide, float64(v))
	}
	return wide
}

func narrow(values []float64) []float32 {
	var out []float32
	for _, v := range values {
		out = append(out, float32(v))
	}
	return out
}

type fragment struct {
	text   string
	weight float64
}

// encode is a chunk's output, without the tokens of a fragment unless that is -1.
func (l *literal) encode(ids []int32, owner []int, without int) []float64 {
	tokens := network.Tokens{IDs: ids, Hidden: make([]bool, len(ids))}
	for i, f := range owner {
		tokens.Hidden[i] = f >= 0 && f == without
	}
	in, rows, err := l.text.Inputs([]network.Tokens{tokens})
	if err != nil {
		l.t.Fatal(err)
	}
	return l.do(l.textRun, in, rows, "hidden")
}

// conditioning is what the UNet is told of fragments in so many chunks.
func (l *literal) conditioning(fragments []fragment, chunks int) []float32 {
	var ids []int32
	var owners []int
	for i, f := range fragments {
		for _, id := range l.words.Tokens(f.text) {
			ids, owners = append(ids, id), append(owners, i)
		}
	}
	begin, end := l.words.Special().Begin, l.words.Special().End
	frame := func(ids []int32, owners []int) ([]int32, []int) {
		ids, owners = slices.Concat([]int32{begin}, ids, []int32{end}), slices.Concat([]int{-1}, owners, []int{-1})
		for len(ids) < 77 {
			ids, owners = append(ids, l.words.Special().Pad), append(owners, -1)
		}
		return ids, owners
	}
	noIDs, noOwners := frame(nil, nil)
	empty := l.encode(noIDs, noOwners, -1)

	var out []float64
	for range chunks {
		n := min(75, len(ids))
		chunk, owner := frame(ids[:n], owners[:n])
		ids, owners = ids[n:], owners[n:]
		sum, total := make([]float64, len(empty)), 0.0
		mix := func(rows []float64, share float64) {
			total += share
			for i, v := range rows {
				weight := 1.0
				if f := owner[i/int(l.text.Config.Width)]; f >= 0 {
					weight = fragments[f].weight
				}
				sum[i] += share * (empty[i] + weight*(v-empty[i]))
			}
		}
		mix(l.encode(chunk, owner, -1), 1)
		for i, f := range fragments {
			if f.weight < 1 {
				mix(l.encode(chunk, owner, i), math.Tan((1-f.weight)*math.Pi/2))
			}
		}
		for _, v := range sum {
			out = append(out, v/total)
		}
	}
	return narrow(out)
}

// guess is the UNet's word on a sample of variance 1 for one text.
func (l *literal) guess(sample []float64, g guide, timestep float64) []float64 {
	in := map[string][]float32{"sample": narrow(sample), "context": g.rows, "time": l.unet.Time(timestep, 1)}
	if g.added != nil {
		in["added"] = g.added
	}
	if l.controlRun == nil {
		return l.do(l.unetRun, in, nil, "sample")
	}
	in["hint"] = narrow(l.hint)
	added, err := l.controlRun.Do(l.t.Context(), in, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	delete(in, "hint")
	for name, values := range added {
		for _, v := range values {
			in[name] = append(in[name], float32(l.weight*float64(v)))
		}
	}
	return l.do(l.unetRun, in, nil, "sample")
}

// signals are the shares of the picture in the variance, by timestep.
func signals() []float64 {
	from, to := math.Sqrt(0.00085), math.Sqrt(0.012)
	var out []float64
	product := 1.0
	for i := range 1000 {
		beta := from + (to-from)*float64(i)/999
		product *= 1 - beta*beta
		out = append(out, product)
	}
	return out
}

// image makes one of a task's images.
func (l *literal) image(s *task.SD, number int, velocity bool, positive, negative guide) []uint8 {
	x := drawn(s, number, 0, noise.Latents)
	share := share{0, s.Config.Steps, noise.Steps}
	return l.pixels(s, l.denoise(s, number, velocity, timesteps(s, s.Config.Steps), share, x, positive, negative))
}

// timesteps are those of so many steps.
func timesteps(s *task.SD, steps int) []int {
	var timesteps []int
	for i := range steps {
		switch s.Scheduler.Method {
		case task.SchedulerDPM:
			timesteps = append(timesteps, (steps-i)*(1000/(steps+1))+1)
		case task.SchedulerEuler:
			timesteps = append(timesteps, (steps-1-i)*(1000/steps)+1)
		case task.SchedulerLCM:
			timesteps = append(timesteps, (50-i*50/steps)*20-1)
		}
	}
	return timesteps
}

// drawn is an image's noise.
func drawn(s *task.SD, number, step int, purpose noise.Purpose) []float64 {
	values := make([]float32, 4*s.Config.Width*s.Config.Height/64)
	noise.Stream{Seed: s.Config.Seed, Image: uint16(number), Step: uint16(step), Purpose: purpose}.Fill(values)
	var out []float64
	for _, v := range values {
		out = append(out, float64(v))
	}
	return out
}

// share is a part of the steps, and where their noise comes from.
type share struct {
	begin, end int
	noise      noise.Purpose
}

// denoise takes a share of the steps with a sample of variance 1.
func (l *literal) denoise(s *task.SD, number int, velocity bool, timesteps []int, share share, x []float64, positive, negative guide) []float64 {
	steps, a := len(timesteps), signals()
	var before []float64
	var lambdaBefore float64
	for i := share.begin; i < share.end; i++ {
		timestep := timesteps[i]
		alpha, sigma := math.Sqrt(a[timestep]), math.Sqrt(1-a[timestep])
		toAlpha, toSigma := 1.0, 0.0
		if i+1 < steps {
			toAlpha, toSigma = math.Sqrt(a[timesteps[i+1]]), math.Sqrt(1-a[timesteps[i+1]])
		}
		yes, no := l.guess(x, positive, float64(timestep)), l.guess(x, negative, float64(timestep))
		clean, eps, next := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		for k := range x {
			eps[k] = no[k] + s.Config.CFG*(yes[k]-no[k])
			if velocity {
				eps[k] = alpha*eps[k] + sigma*x[k]
			}
			clean[k] = (x[k] - sigma*eps[k]) / alpha
		}

		lambda := math.Log(alpha / sigma)
		added := drawn(s, number, i, share.noise)
		for k := range x {
			switch s.Scheduler.Method {
			case task.SchedulerDPM: // the second order from the second step on, but for the last
				h := math.Log(toAlpha/toSigma) - lambda
				d := clean[k]
				if before != nil && i < steps-1 {
					d += h / (lambda - lambdaBefore) / 2 * (clean[k] - before[k])
				}
				next[k] = toSigma/sigma*x[k] - toAlpha*math.Expm1(-h)*d
			case task.SchedulerEuler: // on samples of picture + noise
				from, to := sigma/alpha, toSigma/toAlpha
				up := math.Sqrt(to * to * (from*from - to*to) / (from * from))
				down := math.Sqrt(to*to - up*up)
				next[k] = (x[k]/alpha + eps[k]*(down-from) + up*added[k]) * toAlpha
			case task.SchedulerLCM:
				scaled := 10 * float64(timestep)
				best := 0.25/(scaled*scaled+0.25)*x[k] + scaled/math.Sqrt(scaled*scaled+0.25)*clean[k]
				next[k] = toAlpha*best + toSigma*added[k]
			}
		}
		x, before, lambdaBefore = next, clean, lambda
	}
	return x
}

// pixels decodes a sample.
func (l *literal) pixels(s *task.SD, x []float64) []uint8 {
	points := s.Config.Width * s.Config.Height
	for k := range x {
		x[k] /= 0.18215
	}
	channels := l.do(l.decoderRun, map[string][]float32{"latents": narrow(x)}, nil, "image")
	var pixels []uint8
	for i := range points {
		for c := range 3 {
			v := math.Max(-1, math.Min(1, channels[c*points+i]))
			pixels = append(pixels, uint8(math.Round((v+1)/2*255)))
		}
		pixels = append(pixels, 255)
	}
	return pixels
}

func TestImagesAreThoseOfTheFormulas(t *testing.T) {
	far := strings.Repeat("far ", 20)
	for name, c := range map[string]struct {
		document  string
		fragments []fragment
		chunks    int
		velocity  bool
	}{
		"dpm":        {scheduler(task.SchedulerDPM, ""), nil, 1, false},
		"dpm of v":   {scheduler(task.SchedulerDPM, `"prediction_type":"v_prediction"`), nil, 1, true},
		"euler":      {scheduler(task.SchedulerEuler, ""), nil, 1, false},
		"euler of v": {scheduler(task.SchedulerEuler, `"prediction_type":"v_prediction"`), nil, 1, true},
		"lcm":        {scheduler(task.SchedulerLCM, ""), nil, 1, false},
		"two chunks": {`"prompt":"` + far + `(a very long way away)0.3 (home)1.2"`,
			[]fragment{{far, 1}, {"a very long way away", 0.3}, {"home", 1.2}}, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.fragments == nil {
				c.fragments = []fragment{{"a cat,", 1}, {"a dog", 0.5}, {"under the", 1}, {"sun", 1.3}}
			}
			dir := folder(t, nil)
			_, unet, _ := networks(t)
			l := newLiteral(t, dir, unet, 8, 8, int64(c.chunks))
			positive := guide{rows: l.conditioning(c.fragments, c.chunks)}
			negative := guide{rows: l.conditioning([]fragment{{"rain", 1}}, c.chunks)}

			p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: exact})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Close)
			s := made(t, `"num_images":2,"steps":5`, c.document)
			for i, img := range run(t, p, s) {
				compare(t, img.Pixels.Pix, l.image(s, i, c.velocity, positive, negative))
			}
		})
	}
}

// compare allows for what float32 rounds otherwise here and there.
func compare(t *testing.T, got, want []uint8) {
	t.Helper()
	differ, worst := 0, 0
	for k, v := range got {
		if v != want[k] {
			differ++
			worst = max(worst, int(v)-int(want[k]), int(want[k])-int(v))
		}
	}
	t.Logf("%d of %d numbers differ, by %d at most", differ, len(want), worst)
	if worst > 1 || differ > len(want)/100 {
		t.Error("it is another image")
	}
}
