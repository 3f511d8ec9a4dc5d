package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A pipeline is a model of the layout of diffusers: a folder for each part, and
// model_index.json, which names the parts and what they are. Its networks have
// weights, of which there may be variants, such as fp16; the other parts have
// configurations only.

const (
	indexName   = "model_index.json"
	configName  = "config.json"
	networkStem = "diffusion_pytorch_model" // what weights are called by diffusers
	modelStem   = "model"                   // and by transformers
)

// pipelineFile is what is read of a pipeline or a network besides its weights.
var pipelineFile = regexp.MustCompile(`^(model_index\.json` +
	`|scheduler/scheduler_config\.json` +
	`|tokenizer(_2)?/(vocab\.json|merges\.txt|added_tokens\.json|tokenizer_config\.json|special_tokens_map\.json)` +
	`|feature_extractor/preprocessor_config\.json` +
	`|(text_encoder(_2)?|unet|vae|safety_checker)/config\.json` +
	`|(text_encoder(_2)?/|safety_checker/)model\.safetensors\.index(\.[A-Za-z0-9_-]+)?\.json` +
	`|(unet/|vae/)?diffusion_pytorch_model\.safetensors\.index(\.[A-Za-z0-9_-]+)?\.json)$`)

// pipelineIndex is what model_index.json says.
type pipelineIndex struct {
	class string
	// parts are those that the pipeline has.
	parts map[string]bool
}

// pipelineClasses are those that this program runs, some for some of the tasks.
func pipelineClasses() []string {
	return []string{"StableDiffusionPipeline", "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "LatentConsistencyModelPipeline"}
}

// pipelinePart is how a part's files are called.
type pipelinePart struct {
	name string
	// stem of the weights; empty for parts without.
	stem string
	// needed are the files without which the part is nothing.
	needed []string
}

// pipelineParts are those that are read. A part that model_index.json leaves out is
// not fetched, and one that it names and this program does not know is not either.
func pipelineParts() []pipelinePart {
	config, words := []string{configName}, []string{"vocab.json", "merges.txt"}
	return []pipelinePart{
		{"scheduler", "", []string{"scheduler_config.json"}},
		{"tokenizer", "", words},
		{"tokenizer_2", "", words},
		{"text_encoder", modelStem, config},
		{"text_encoder_2", modelStem, config},
		{"unet", networkStem, config},
		{"vae", networkStem, config},
		{"safety_checker", modelStem, config},
		{"feature_extractor", "", []string{"preprocessor_config.json"}},
	}
}

// maxIndex is more than model_index.json or a configuration ever is.
const maxIndex = 1 << 20

// parseIndex reads model_index.json: beside names with an underscore there are
// parts, each with the library and the class that it is of, or two nulls.
func parseIndex(raw []byte) (*pipelineIndex, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, errors.New(indexName + " is not a JSON object")
	}
	index := &pipelineIndex{parts: map[string]bool{}}
	if json.Unmarshal(fields["_class_name"], &index.class) != nil || index.class == "" {
		return nil, errors.New(indexName + " names no class")
	}
	for name, value := range fields {
		var of []*string
		if !strings.HasPrefix(name, "_") && json.Unmarshal(value, &of) == nil && len(of) == 2 && of[0] != nil && of[1] != nil {
			index.parts[name] = true
		}
	}
	return index, nil
}

// check refuses what this program can't run.
func (x *pipelineIndex) check() error {
	if known := pipelineClasses(); !slices.Contains(known, x.class) {
		return unsupported(fmt.Sprintf("%s describes a %.100s, and this program knows %s", indexName, x.class, strings.Join(known, ", ")),
			"Take another model: one of Stable Diffusion 1.5, 2.1 or XL.")
	}
	for _, part := range []string{"unet", "vae", "scheduler"} {
		if !x.parts[part] {
			return fail(CodeDamaged, "The model can't be read", indexName+" names no "+part, "Take another model: this one's author published it so.")
		}
	}
	return nil
}

// pipeline picks the configurations and the weights, in the order of their names.
// Where one of the networks has no weights of the variant the plain ones are
// taken, as diffusers does.
func (r Repository) pipeline(variant string) (files []RemoteFile, err error) {
	if err := r.index.check(); err != nil {
		return nil, err
	}
	first := false
	for _, part := range pipelineParts() {
		if !r.index.parts[part.name] {
			continue
		}
		for _, name := range part.needed {
			if _, ok := r.Find(part.name + "/" + name); !ok {
				return nil, r.lacks(part.name + "/" + name)
			}
		}
		for _, f := range r.Files {
			if path.Dir(f.Name) == part.name && pipelineFile.MatchString(f.Name) && !strings.Contains(f.Name, ".safetensors.") {
				files = append(files, f)
			}
		}
		if part.stem == "" {
			continue
		}
		weights := r.weights(part.name, part.stem, variant)
		if first = first || len(weights) > 0; len(weights) == 0 && variant != "" {
			weights = r.weights(part.name, part.stem, "")
		}
		if len(weights) == 0 {
			return nil, r.noWeights(part.name, part.stem, "")
		}
		files = append(files, weights...)
	}
	if variant != "" && !first {
		return nil, r.noWeights("unet", networkStem, variant)
	}
	index, _ := r.Find(indexName)
	files = append(files, index)
	return inOrder(files), r.checkSplits(files)
}

// isNetwork says that the repository is one network of diffusers.
func (r Repository) isNetwork() bool {
	_, ok := r.Find(configName)
	return ok && (len(r.variants("", networkStem)) > 0 || len(r.weights("", networkStem, "")) > 0)
}

// network picks a network's configuration and weights.
func (r Repository) network(variant string) ([]RemoteFile, error) {
	weights := r.weights("", networkStem, variant)
	if len(weights) == 0 {
		return nil, r.noWeights("", networkStem, variant)
	}
	config, _ := r.Find(configName)
	files := append(weights, config)
	return inOrder(files), r.checkSplits(files)
}

// weights of a part: those in parts with their index, or else the only file. They
// have their full names, so that nothing else is taken for them: weights of other
// programs, doubles for training, whole models beside the parts.
func (r Repository) weights(dir, stem, variant string) (files []RemoteFile) {
	index, name := stem+".safetensors.index", stem
	if variant != "" {
		index, name = index+"."+variant, name+"."+variant
	}
	if f, ok := r.Find(path.Join(dir, index+".json")); ok {
		shard := regexp.MustCompile(`^` + regexp.QuoteMeta(path.Join(dir, name)) + `-[0-9]{5}-of-[0-9]{5}\.safetensors$`)
		for _, s := range r.Files {
			if shard.MatchString(s.Name) {
				files = append(files, s)
			}
		}
		if len(files) > 0 {
			return append(files, f)
		}
	}
	if f, ok := r.Find(path.Join(dir, name+".safetensors")); ok {
		return []RemoteFile{f}
	}
	return nil
}

// variants that a part's weights have, in order.
func (r Repository) variants(dir, stem string) []string {
	pattern := regexp.MustCompile(`^` + regexp.QuoteMeta(path.Join(dir, stem)) + `\.([A-Za-z0-9_-]+?)(-[0-9]{5}-of-[0-9]{5})?\.safetensors$`)
	found := map[string]bool{}
	for _, f := range r.Files {
		if m := pattern.FindStringSubmatch(f.Name); m != nil && isVariant(m[1]) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// noWeights says why a part has none of the variant, or plain ones.
func (r Repository) noWeights(dir, stem, variant string) error {
	others, plain := r.variants(dir, stem), len(r.weights(dir, stem, "")) > 0
	part, wanted := firstOf(dir, "network"), "variant "+variant
	if variant == "" {
		wanted = "plain weights"
	}
	const title = "The model has other weights"
	switch {
	case len(others) > 0:
		return fail(CodeChoice, title, fmt.Sprintf("%s has no %s of its %s, and has %s", r.ID, wanted, part, strings.Join(others, ", ")),
			"Name a variant that it has, as in "+r.ID+"@"+others[0]+".")
	case plain:
		return fail(CodeChoice, title, fmt.Sprintf("%s has no %s, and has plain weights", r.ID, wanted), "Leave the variant out.")
	}
	for _, name := range r.pickles {
		if path.Dir(name) == path.Clean(dir) && strings.Contains(name, "pytorch_model") {
			return fail(CodeUnsafe, "The model is not read", fmt.Sprintf("%s has the weights of its %s only as %s, a format that can run code", r.ID, part, name),
				"Look for a version of it with safetensors.")
		}
	}
	return r.lacks(path.Join(dir, stem+".safetensors"))
}

func (r Repository) lacks(name string) error {
	return notFound(fmt.Sprintf("%s lacks %s, a part of the model", r.ID, name), "Look for another version of the model.")
}

// checkSplits makes sure that of weights in parts all are there.
func (r Repository) checkSplits(files []RemoteFile) error {
	for _, f := range files {
		if _, err := r.wholeSplit(f); err != nil {
			return err
		}
	}
	return nil
}

func inOrder(files []RemoteFile) []RemoteFile {
	slices.SortFunc(files, func(a, b RemoteFile) int { return strings.Compare(a.Name, b.Name) })
	return files
}
