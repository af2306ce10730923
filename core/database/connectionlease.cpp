// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/connectionlease.h"

#include <semper/databaseerror.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

std::shared_ptr<ConnectionPool::Request> ConnectionLease::request(
    ConnectionThread::Job job, bool isLast)
{
    if (std::exchange(m_isOver, m_isOver || isLast))
        throw DatabaseError::Statement(u"the transaction has ended already"_s);
    return std::make_shared<ConnectionPool::Request>(ConnectionPool::Request{
        .job = std::move(job), .timeout = m_timeout, .worker = m_worker, .releases = isLast});
}

} // namespace semper
