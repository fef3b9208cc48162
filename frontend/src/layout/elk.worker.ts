/** A module worker of our own around ELK, so that the page needs neither `blob:` workers nor `eval`. */
import "elkjs/lib/elk-worker.min.js";
