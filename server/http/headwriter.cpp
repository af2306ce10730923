// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/headwriter.h"

#include "http/problem.h"

namespace semper {

HeadWriter::HeadWriter(QByteArray firstLine)
    : m_bytes(std::move(firstLine))
{
    m_bytes.append("\r\n");
}

HeadWriter HeadWriter::answer(int status)
{
    return HeadWriter("HTTP/1.1 " + QByteArray::number(status) + ' ' + reasonPhrase(status));
}

HeadWriter &HeadWriter::add(QByteArrayView name, QByteArrayView value)
{
    m_bytes.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

HeadWriter &HeadWriter::addBody(QByteArrayView type, qsizetype bytes)
{
    return add("Content-Type", type)
        .add("Content-Length", QByteArray::number(bytes))
        .add("X-Content-Type-Options", "nosniff")
        .add("Cache-Control", "no-store");
}

QByteArray refusalOf(const Problem &problem, bool withBody)
{
    const QByteArray body = problem.toJson();
    HeadWriter head = HeadWriter::answer(problem.status);
    head.addBody(problemMimeType, body.size());
    for (const auto &[name, value] : problem.headers)
        head.add(name, value);
    head.add("Connection", "close");
    return withBody ? head.take() + body : head.take();
}

} // namespace semper
