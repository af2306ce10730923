// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/fittingobject.h"

#include "protocol/frame.h"
#include "protocol/processstatus.h"

namespace semper {

namespace {

constexpr qsizetype roomForFrame = 4096; ///< what is around it, with the server's object

bool fits(const QJsonObject &process)
{
    return encodeFrame(process).size() <= maximumFrameBytes - roomForFrame;
}

} // namespace

QJsonObject fittingObject(const ProcessStatus &status)
{
    QJsonObject process = status.toJson();
    if (status.deaths.isEmpty() || fits(process)) // no other part of it grows with what it said
        return process;
    ProcessStatus shortened = status;
    while (!shortened.deaths.isEmpty() && !fits(process)) {
        shortened.deaths.resize(shortened.deaths.size() / 2);
        process = shortened.toJson();
    }
    if (fits(process) || !shortened.lastExit)
        return process;
    shortened.lastExit->lastLines.clear();
    return shortened.toJson();
}

} // namespace semper
