// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/livenessreader.h"

#include "protocol/keys.h"
#include "spec/commandreader.h"
#include "spec/probereader.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int mostFailures = 1000;

const QList<KeyOfModes> &keysOfModes()
{
    static const QList<KeyOfModes> table{
        {keys::address, {u"tcp"_s}, true},
        {keys::url, {u"http"_s}, true},
        {keys::headers, {u"http"_s}, false},
        {keys::expectedStatus, {u"http"_s}, false},
        {keys::expectedBody, {u"http"_s}, false},
        {keys::verifyCertificate, {u"http"_s}, false},
        {keys::command, {u"exec"_s}, true},
    };
    return table;
}

} // namespace

LivenessSpec readLiveness(const ObjectReader &reader, const Surroundings &surroundings)
{
    LivenessSpec spec;
    reader.require(keys::mode);
    if (const auto mode = reader.word(keys::mode, u"mode"_s, livenessModes())) {
        spec.mode = LivenessMode(livenessModes().known.indexOf(*mode));
        checkKeysOfModes(reader, *mode, keysOfModes());
    }
    spec.address = readProbeAddress(reader, surroundings);
    spec.url = readProbeUrl(reader, surroundings);
    spec.http = readHttpProbe(reader);
    spec.command = readCommand(reader, surroundings).value_or(QStringList());
    spec.interval = reader.duration(keys::intervalMs, leastProbeInterval).value_or(spec.interval);
    spec.timeout = reader.duration(keys::timeoutMs, 1ms).value_or(spec.timeout);
    spec.failures = reader.integer(keys::failures, 1, mostFailures).value_or(spec.failures);
    return spec;
}

} // namespace semper
