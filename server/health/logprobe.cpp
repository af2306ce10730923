// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/logprobe.h"

#include "output/outputcollector.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

LogProbe::LogProbe(const OutputCollector &output, const QByteArray &launch, QString pattern)
    : m_pattern(std::move(pattern))
{
    connect(&output, &OutputCollector::lineFound, this, [this, launch](const QByteArray &found) {
        if (found == launch)
            Q_EMIT ready();
    });
}

QString LogProbe::missing() const
{
    return u"no line of its output matched \"%1\""_s.arg(m_pattern);
}

} // namespace semper
