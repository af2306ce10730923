// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/readyreader.h"

#include "protocol/keys.h"
#include "spec/commandreader.h"
#include "spec/probereader.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

const QList<KeyOfModes> &keysOfModes()
{
    static const QStringList thatTryAgain{u"tcp"_s, u"http"_s, u"exec"_s};
    static const QList<KeyOfModes> table{
        {keys::address, {u"tcp"_s}, true},
        {keys::url, {u"http"_s}, true},
        {keys::headers, {u"http"_s}, false},
        {keys::expectedStatus, {u"http"_s}, false},
        {keys::expectedBody, {u"http"_s}, false},
        {keys::verifyCertificate, {u"http"_s}, false},
        {keys::command, {u"exec"_s}, true},
        {keys::pattern, {u"log"_s}, true},
        {keys::intervalMs, thatTryAgain, false},
        {keys::attemptTimeoutMs, thatTryAgain, false},
    };
    return table;
}

} // namespace

ReadySpec readReady(const ObjectReader &reader, const Surroundings &surroundings)
{
    ReadySpec spec;
    const auto mode = reader.word(keys::mode, u"mode"_s, readyModes());
    if (mode)
        spec.mode = ReadyMode(readyModes().known.indexOf(*mode));
    if (mode || !reader.has(keys::mode)) // else nobody knows which keys were meant
        checkKeysOfModes(reader, readyModeName(spec.mode), keysOfModes());
    spec.timeout = reader.duration(keys::timeoutMs, 1ms).value_or(spec.timeout);
    spec.address = readProbeAddress(reader, surroundings);
    spec.url = readProbeUrl(reader, surroundings);
    spec.http = readHttpProbe(reader);
    spec.command = readCommand(reader, surroundings).value_or(QStringList());
    spec.pattern = readPattern(reader, keys::pattern);
    spec.interval = reader.duration(keys::intervalMs, leastProbeInterval).value_or(spec.interval);
    spec.attemptTimeout
        = reader.duration(keys::attemptTimeoutMs, 1ms).value_or(spec.attemptTimeout);
    return spec;
}

} // namespace semper
