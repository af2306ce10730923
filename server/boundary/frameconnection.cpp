// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/frameconnection.h"

#include "protocol/frame.h"

namespace semper {

FrameConnection::~FrameConnection() = default;

void FrameConnection::send(const QJsonObject &frame)
{
    write(encodeFrame(frame));
}

} // namespace semper
