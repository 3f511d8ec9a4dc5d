package models

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Repository is what a hub has under an id at one commit. Only files of kinds
// that can't run code are named: weights as safetensors or GGUF, and the JSON
// and text files of tokenizers and configurations.
type Repository struct {
	ID     string
	Commit string
	Files  []RemoteFile

	// pickles are weights which are not read, because loading them runs code.
	pickles []string
	// index says what a pipeline has; nil for what is none.
	index *pipelineIndex
}

// RemoteFile is one file of a repository.
type RemoteFile struct {
	Name  string
	Bytes int64

	// blob is the hub's checksum: a sha256 of 64 digits, or the git id of a small
	// file, of 40. The cache names the file's bytes by it.
	blob string
}

// Find returns the file of that name.
func (r Repository) Find(name string) (RemoteFile, bool) {
	for _, f := range r.Files {
		if f.Name == name {
			return f, true
		}
	}
	return RemoteFile{}, false
}

var (
	// repoID is what the hub allows; nothing in it can leave the model folder.
	// Ids without an owner are of the hub's first days, such as gpt2.
	repoID = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`)
	// safeName has no part that a file system of any kind reads otherwise.
	safeName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._ +=,()-]*(/[A-Za-z0-9_][A-Za-z0-9._ +=,()-]*)*$`)
	// safeRevision is a branch, a tag, a pull request's ref or a commit.
	safeRevision = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+/-]{0,199}$`)

	splitName  = regexp.MustCompile(`^(.*)-([0-9]{5})-of-([0-9]{5})\.(gguf|safetensors)$`)
	modelShard = regexp.MustCompile(`^model(-[0-9]{5}-of-[0-9]{5})?\.safetensors$`)
)

// besides are the files that go with safetensors.
var besides = []string{
	"config.json", "generation_config.json", "model.safetensors.index.json",
	"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
	"vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja", "chat_template.json",
}

func checkID(id string) error {
	if !repoID.MatchString(id) || strings.Contains(id, "..") || strings.Contains(id, "--") {
		return fmt.Errorf("model %.200q is not the name of a repository, such as Qwen/Qwen2.5-0.5B-Instruct-GGUF", id)
	}
	return nil
}

func checkName(id, file string) error {
	if err := checkID(id); err != nil {
		return err
	}
	if !isSafeName(file) || !hasSuffix(file, ".gguf") {
		return fmt.Errorf("model file %.200q is not a .gguf file of a repository", file)
	}
	return nil
}

func checkRevision(revision string) error {
	if !safeRevision.MatchString(revision) || !isLocal(revision) {
		return fmt.Errorf("revision %.200q is not a branch, a tag or a commit", revision)
	}
	return nil
}

const maxName = 240

func isSafeName(name string) bool {
	return len(name) <= maxName && safeName.MatchString(name) && isLocal(name)
}

// isLocal also refuses the names that are devices on Windows, there, and those
// that Windows shortens.
func isLocal(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
			return false
		}
	}
	return filepath.IsLocal(filepath.FromSlash(name)) && path.Clean(name) == name
}

func hasSuffix(name, suffix string) bool { return strings.HasSuffix(strings.ToLower(name), suffix) }

// mayRead says whether a file is of a kind that Helium reads.
func mayRead(name string) bool {
	return isSafeName(name) && (hasSuffix(name, ".gguf") || hasSuffix(name, ".safetensors") || slices.Contains(besides, name) || pipelineFile.MatchString(name))
}

func isPickle(name string) bool {
	for _, suffix := range []string{".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"} {
		if hasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// Choose picks the files of the model that is wanted, by what the repository is:
// a pipeline, a network, GGUF files, a folder of safetensors, or files of
// safetensors. The first is the one to open; folder says that it is to be opened
// as a folder. It refuses what this program can't run, as far as the names tell.
func (r Repository) Choose(w Want) (files []RemoteFile, folder bool, err error) {
	ref, err := parseID(w.ID)
	if err != nil {
		return nil, false, err
	}
	if name := firstOf(w.File, ref.file); name != "" {
		f, ok := r.Find(name)
		if !ok {
			return nil, false, notFound(fmt.Sprintf("%s has no %s", r.ID, name), r.offer())
		}
		files, err = r.wholeSplit(f)
		return files, false, err
	}
	if r.index != nil {
		files, err = r.pipeline(ref.variant)
		return files, true, err
	}
	if r.isNetwork() {
		files, err = r.network(ref.variant)
		return files, true, err
	}
	if ref.variant != "" {
		return nil, false, notFound(fmt.Sprintf("%s has no variants, and %s was asked for", r.ID, ref.variant), "Leave the variant out.")
	}
	if heads := r.ggufs(); len(heads) > 0 {
		head, ok := usual(heads)
		if !ok {
			return nil, false, fail(CodeChoice, "The repository has several models", fmt.Sprintf("%s has %d GGUF files", r.ID, len(heads)), r.offer())
		}
		files, err = r.wholeSplit(head)
		return files, false, err
	}
	if r.isText() {
		files, err = r.safetensors()
		return files, true, err
	}
	f, err := r.single()
	return []RemoteFile{f}, false, err
}

// isText says that the repository is a text model, or without any weights.
func (r Repository) isText() bool {
	return !slices.ContainsFunc(r.Files, func(f RemoteFile) bool { return hasSuffix(f.Name, ".safetensors") }) ||
		slices.ContainsFunc(r.Files, func(f RemoteFile) bool { return modelShard.MatchString(f.Name) })
}

// single is the only file of safetensors, or the one that LoRAs and textual
// inversions are found by.
func (r Repository) single() (RemoteFile, error) {
	var all, named []RemoteFile
	for _, f := range r.Files {
		if !hasSuffix(f.Name, ".safetensors") {
			continue
		}
		all = append(all, f)
		if f.Name == "pytorch_lora_weights.safetensors" || f.Name == "learned_embeds.safetensors" {
			named = append(named, f)
		}
	}
	switch {
	case len(all) == 1:
		return all[0], nil
	case len(named) == 1:
		return named[0], nil
	}
	return RemoteFile{}, fail(CodeChoice, "The repository has several models", fmt.Sprintf("%s has %d safetensors files", r.ID, len(all)), r.offer())
}

// ggufs are the models among the GGUF files; of a split one its first part.
func (r Repository) ggufs() (heads []RemoteFile) {
	for _, f := range r.Files {
		base := strings.ToLower(path.Base(f.Name))
		if !hasSuffix(f.Name, ".gguf") || strings.Contains(base, "mmproj") || strings.Contains(base, "imatrix") {
			continue
		}
		if m := splitName.FindStringSubmatch(f.Name); m != nil && m[2] != "00001" {
			continue
		}
		heads = append(heads, f)
	}
	return heads
}

// usual is the only file, or the only one of the quantisation that most people take.
func usual(heads []RemoteFile) (RemoteFile, bool) {
	if len(heads) == 1 {
		return heads[0], true
	}
	var found []RemoteFile
	for _, f := range heads {
		if strings.Contains(strings.ToLower(f.Name), "q4_k_m") {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return RemoteFile{}, false
	}
	return found[0], true
}

// wholeSplit adds the other parts of a split file, in order.
func (r Repository) wholeSplit(f RemoteFile) ([]RemoteFile, error) {
	m := splitName.FindStringSubmatch(f.Name)
	if m == nil {
		return []RemoteFile{f}, nil
	}
	total, _ := strconv.Atoi(m[3])
	var files []RemoteFile
	for i := 1; i <= total; i++ {
		name := fmt.Sprintf("%s-%05d-of-%s.%s", m[1], i, m[3], m[4])
		part, ok := r.Find(name)
		if !ok {
			return nil, notFound(fmt.Sprintf("%s lacks %s, a part of the model", r.ID, name), "Take another file or repository.")
		}
		files = append(files, part)
	}
	if len(files) == 0 {
		return nil, notFound(f.Name+" has no parts", "Take another file or repository.")
	}
	return files, nil
}

func (r Repository) safetensors() ([]RemoteFile, error) {
	var weights, others []RemoteFile
	_, indexed := r.Find("model.safetensors.index.json")
	for _, f := range r.Files {
		switch {
		case modelShard.MatchString(f.Name):
			// Some have the weights twice: whole, and in parts with an index.
			if indexed == (splitName.FindStringSubmatch(f.Name) != nil) {
				weights = append(weights, f)
			}
		case slices.Contains(besides, f.Name):
			others = append(others, f)
		}
	}
	if len(weights) == 0 {
		if len(r.pickles) > 0 {
			return nil, fail(CodeUnsafe, "The model is not read", r.ID+" has its weights only in a format that can run code", "Look for a safetensors or GGUF version of it.")
		}
		return nil, notFound(r.ID+" has no safetensors or GGUF weights", "Look for another version of the model.")
	}
	for _, f := range weights {
		if _, err := r.wholeSplit(f); err != nil {
			return nil, err
		}
	}
	if _, ok := r.Find("config.json"); !ok {
		return nil, notFound(r.ID+" has no config.json", "Look for another version of the model.")
	}
	files := append(weights, others...)
	slices.SortFunc(files, func(a, b RemoteFile) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// offer lists what can be asked for by name: GGUF files, or else those of
// safetensors.
func (r Repository) offer() string {
	files := r.ggufs()
	if len(files) == 0 {
		for _, f := range r.Files {
			if hasSuffix(f.Name, ".safetensors") {
				files = append(files, f)
			}
		}
	}
	if len(files) == 0 {
		return "It has no GGUF or safetensors files."
	}
	var names []string
	for _, f := range files {
		names = append(names, fmt.Sprintf("%s (%d MB)", f.Name, f.Bytes>>20))
	}
	const most = 20
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return "Name one of these: " + strings.Join(names, ", ") + "."
}
